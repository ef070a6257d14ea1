type Headers = Readonly<Record<string, string>>;

const ALWAYS: Headers = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With `no-referrer` browsers would send forms with the origin `null`, which tells nothing; nothing leaves this server so either.
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};

const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const DOCUMENT_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Of our own pages: their style sheet, their script, and nothing else. */
export const PAGE_HEADERS: Headers = {
  ...ALWAYS,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': PAGE_POLICY,
  'x-frame-options': 'DENY',
};

/** Of pages made from what a repository wrote: no script, no form, an origin of their own. */
export const DOCUMENT_HEADERS: Headers = {
  ...ALWAYS,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': DOCUMENT_POLICY,
};

export const STREAM_HEADERS: Headers = { ...ALWAYS, 'content-type': 'text/event-stream; charset=utf-8' };

export function assetHeaders(type: string): Headers {
  return { ...ALWAYS, 'content-type': type, 'content-security-policy': "default-src 'none'" };
}
