/** Why a request is turned away before anything of it is read. */
export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function refusal(
  status: Refusal['status'],
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { status, message, headers };
}
