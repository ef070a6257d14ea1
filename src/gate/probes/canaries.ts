/** A value that is sent and must not turn up again. */
export interface Canary {
  readonly kind: 'password' | 'token' | 'cookie' | 'email address' | 'card number';
  readonly value: string;
}

export const CANARY_PASSWORD = 'Kanarie-7Pw!x9QzT4';
export const CANARY_TOKEN = 'kanarie-token-5f2c9e71b04d8a36';
export const CANARY_COOKIE = 'kanarie-cookie-90d3b7ac15ef';
export const CANARY_EMAIL = 'kanarie-5f2c9e71@example.com';
/** Passes the check digit; issued to nobody. */
export const CANARY_CARD = withCheckDigit('400000761530928');

export const CANARIES: readonly Canary[] = [
  { kind: 'password', value: CANARY_PASSWORD },
  { kind: 'token', value: CANARY_TOKEN },
  { kind: 'cookie', value: CANARY_COOKIE },
  { kind: 'email address', value: CANARY_EMAIL },
  { kind: 'card number', value: CANARY_CARD },
];

/** Shorter pieces of a secret are no sign of it. */
const SHORTEST_PIECE = 12;

/** The canaries that are in a text: as they are, in another case, escaped for URLs, or inside of base64. */
export function canariesIn(text: string, canaries: readonly Canary[] = CANARIES): readonly Canary[] {
  const lower = text.toLowerCase();
  return canaries.filter(({ value }) => {
    const plain = formsOf(value).some((form) => lower.includes(form.toLowerCase()));
    return plain || base64Pieces(value).some((piece) => text.includes(piece));
  });
}

function formsOf(value: string): readonly string[] {
  const strict = encodeURIComponent(value).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  const grouped = /^\d{16}$/.test(value)
    ? [value.replace(/(\d{4})(?=\d)/g, '$1 '), value.replace(/(\d{4})(?=\d)/g, '$1-')]
    : [];
  return [value, encodeURIComponent(value), strict, JSON.stringify(value).slice(1, -1), ...grouped];
}

/** What base64 makes of the value wherever it begins in what is encoded; the ends depend on their neighbours and are cut. */
function base64Pieces(value: string): readonly string[] {
  return [0, 1, 2]
    .flatMap((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)])
        .toString('base64')
        .replaceAll('=', '');
      const inner = encoded.slice(shift === 0 ? 0 : shift + 1, -2);
      return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
    })
    .filter((piece) => piece.length >= SHORTEST_PIECE);
}

function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((all, digit, at) => {
    const doubled = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return all + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const SENSITIVE_KEY =
  /^(?:passw(?:or)?d|passwd|pwd|token|access_?token|refresh_?token|id_?token|authorization|cookie|set-cookie|secret|client_?secret|card_?number|cvv|cvc|api_?key)$/i;
const REPLACED = /^$|redact|^\*+|\[filtered\]|^x+$|hidden|masked|^<.*>$|removed|\.\.\./i;

/** Log lines of a test run whose fields of sensitive names have a value: name of the field, each once. */
export function sensitiveFieldsIn(output: string): readonly string[] {
  const names = new Set<string>();
  for (const line of output.split('\n')) {
    const start = line.indexOf('{');
    if (start < 0 || line.length > 20_000) continue;
    let record: unknown;
    try {
      record = JSON.parse(line.slice(start));
    } catch {
      continue;
    }
    if (typeof record !== 'object' || record === null || !/"(?:level|severity|lvl)"\s*:/i.test(line))
      continue;
    for (const name of sensitiveNames(record, 0)) names.add(name);
  }
  return [...names];
}

function sensitiveNames(value: unknown, depth: number): readonly string[] {
  if (typeof value !== 'object' || value === null || depth > 4) return [];
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
    typeof one === 'string'
      ? SENSITIVE_KEY.test(name) && !REPLACED.test(one)
        ? [name]
        : []
      : sensitiveNames(one, depth + 1),
  );
}
