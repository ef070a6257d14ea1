import { createHash } from 'node:crypto';

/** One well-known shape of a secret; `replace` receives the match's groups and returns what stays. */
interface SecretShape {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly replace?: (marker: string, groups: readonly string[]) => string | undefined;
  /** Also found in tests and examples where it is none, so that it stops no commit. */
  readonly unsure?: true;
}

const PRIVATE_KEY =
  /-----BEGIN[ A-Z]*PRIVATE KEY-----(?:[\s\S]{0,16384}?-----END[ A-Z]*PRIVATE KEY-----|(?:\\n|\s|[A-Za-z0-9+/=]{16,})*)/g;
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@'"`]{0,100}:)([^\s/@'"`]{1,200})(?=@)/gi;
const BEARER = /\b(bearer\s+)([A-Za-z0-9._~+/-]{16,}=*)/gi;
const ASSIGNMENT =
  /((?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|credentials?)["'`]?\s{0,4}(?::=|=>|[:=])\s{0,4})(["'`]?)([^\s"'`,;(){}<>[\]]{8,512})/gi;

// Order matters: the precise shapes first, so that the generic assignment meets their markers, not their values.
const SECRET_SHAPES: readonly SecretShape[] = [
  { kind: 'private-key', pattern: PRIVATE_KEY },
  { kind: 'anthropic-key', pattern: /\bsk-ant-[A-Za-z0-9_-]{8,}/g },
  { kind: 'openai-key', pattern: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}/g },
  { kind: 'aws-access-key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'github-token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,})/g },
  { kind: 'gitlab-token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}/g },
  { kind: 'slack-token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { kind: 'google-key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { kind: 'stripe-key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { kind: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  {
    kind: 'url-password',
    unsure: true,
    pattern: URL_PASSWORD,
    replace: (marker, [before, value]) =>
      value === undefined || isReference(value) ? undefined : `${before ?? ''}${marker}`,
  },
  {
    kind: 'bearer-token',
    unsure: true,
    pattern: BEARER,
    replace: (marker, [before]) => `${before ?? ''}${marker}`,
  },
  {
    kind: 'json-web-token',
    unsure: true,
    pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  },
  {
    kind: 'assignment',
    unsure: true,
    pattern: ASSIGNMENT,
    replace: (marker, [before, quote, value]) =>
      value !== undefined && isRandomLooking(value) ? `${before ?? ''}${quote ?? ''}${marker}` : undefined,
  },
];

const SHORTEST_EXTRA_VALUE = 6;

/**
 * Replaces secrets in a text by `[redacted:<kind>]`: well-known shapes, assignments of random-looking literals
 * to names such as `password` or `api_key`, and the given values exactly (shorter than six characters they are
 * ignored, they would hit ordinary words).
 */
export function redactSecrets(text: string, extraValues: readonly string[] = []): string {
  const exact = extraValues
    .filter((value) => value.length >= SHORTEST_EXTRA_VALUE)
    .sort((a, b) => b.length - a.length);
  let redacted = text;
  for (const value of exact) redacted = redacted.replaceAll(value, '[redacted:known-value]');
  for (const shape of SECRET_SHAPES) redacted = redactShape(redacted, shape);
  return redactKeyEnds(redacted);
}

/** The same for every text inside plain data; what is neither text nor array nor object stays as it is. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactValue(inner)]));
}

/** A secret in a text, without the secret: what it looks like, and its line from 1. */
export interface FoundSecret {
  readonly kind: string;
  readonly line: number;
  /** Tells the same secret in another text; says nothing about it. */
  readonly fingerprint: string;
}

/** Secrets whose shape leaves no doubt; passwords and tokens that could be an example are not among them. */
export function findSecrets(text: string): FoundSecret[] {
  return SECRET_SHAPES.filter((shape) => shape.unsure !== true).flatMap((shape) =>
    [...text.matchAll(shape.pattern)].map((match) => ({
      kind: shape.kind,
      line: text.slice(0, match.index).split('\n').length,
      fingerprint: createHash('sha256').update(match[0]).digest('hex'),
    })),
  );
}

const KEY_END = /-----END[ A-Z]{0,40}PRIVATE KEY-----/g;
const KEY_LINE = /^\s*[A-Za-z0-9+/=]{16,}\s*$/;

/** The last lines of a private key whose beginning was cut off. */
function redactKeyEnds(text: string): string {
  if (!text.includes('PRIVATE KEY-----')) return text;
  const lines = text.split('\n');
  for (let at = lines.length - 1; at >= 0; at--) {
    const end = lines[at];
    if (end?.includes('-----END') !== true) continue;
    lines[at] = end.replace(KEY_END, '[redacted:private-key]');
    while (at > 0 && KEY_LINE.test(lines[at - 1] ?? '')) lines.splice(--at, 1);
  }
  return lines.join('\n');
}

function redactShape(text: string, shape: SecretShape): string {
  const marker = `[redacted:${shape.kind}]`;
  return text.replace(shape.pattern, (match: string, ...rest: unknown[]) => {
    if (shape.replace === undefined) return marker;
    const groups = rest.slice(0, -2).map((group) => (typeof group === 'string' ? group : ''));
    return shape.replace(marker, groups) ?? match;
  });
}

/** `${PASSWORD}`, `$PASSWORD`, `<password>`, `[redacted:…` and `***` stand for a value, they are none. */
function isReference(value: string): boolean {
  return /^[$<{%]|^\[redacted|^\*+$/.test(value);
}

/** Letters and digits mixed with at least 3 bits a character: `s3cr3tV4lue!` yes, `refreshTokens` no. */
function isRandomLooking(value: string): boolean {
  if (isReference(value) || !/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  // A chain of names (`config.auth.v2Token`) is code, not a literal.
  if (/^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+$/.test(value)) return false;
  return bitsPerCharacter(value) >= 2.9;
}

function bitsPerCharacter(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
