import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../domain/objective/messages';
import { errorCodeOf, errorMessageOf } from '../config/error-code';

/** The types as the CLI spells them and as the API numbers them. */
export const SEARCH_ATTRIBUTE_TYPES = {
  KEYWORD: { cli: 'Keyword', api: 2 },
  INT: { cli: 'Int', api: 3 },
} as const;

/** What became of the registration: done now, there before, or refused by the server. */
export type SearchAttributeRegistration =
  | { kind: 'registered'; names: readonly string[] }
  | { kind: 'already-registered' }
  | { kind: 'denied'; reason: string };

// gRPC status codes, as the service error carries them.
const ALREADY_EXISTS = 6;
const DENIED: ReadonlySet<unknown> = new Set([7, 12, 16]);

/**
 * Registers what is missing on a server that is not the embedded one. A server that does not let this identity
 * do it (Temporal Cloud, restricted roles) is a `denied` result; any other failure is thrown.
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<SearchAttributeRegistration> {
  try {
    const listed = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter((attribute) => !(attribute.name in listed.customAttributes));
    if (missing.length === 0) return { kind: 'already-registered' };
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map((row) => [row.name, SEARCH_ATTRIBUTE_TYPES[row.type].api]),
      ),
    });
    return { kind: 'registered', names: missing.map((attribute) => attribute.name) };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === ALREADY_EXISTS) return { kind: 'already-registered' };
    if (DENIED.has(code)) return { kind: 'denied', reason: errorMessageOf(error) };
    throw error;
  }
}
