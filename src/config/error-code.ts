/**
 * The `code` of a Node or gRPC error, undefined when it has none. By shape, not by class: errors that come from
 * another realm (a vm context, a test runner) are no `instanceof Error`.
 */
export function errorCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** What an error says, whatever was thrown. */
export function errorMessageOf(error: unknown): string {
  if (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string'
  ) {
    return error.message;
  }
  return String(error);
}
