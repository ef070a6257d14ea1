import { createHmac } from 'node:crypto';
import { isRecord, type JsonRecord } from '../../domain/contract/openapi-document';
import { parseJson } from './operation-shape';

/** A token a service must not accept. */
export interface ForeignToken {
  /** What is wrong with it, in words that go after `with`. */
  readonly name: string;
  readonly token: string;
}

const HOUR_S = 3600;
/** 2026-01-01; tokens are the same in every run. */
const NOW_S = 1_767_225_600;
const FAR_S = 4_102_444_800;

/**
 * Tokens that nobody of the service made: nonsense, unsigned, signed with another key, expired; with a valid token also
 * cut off and with another content. A key the service is started with makes the expired one true in all else.
 */
export function foreignTokens(valid: string | null, keys: readonly string[] = []): readonly ForeignToken[] {
  const parts = valid === null ? null : jwtParts(valid);
  const header = parts?.header ?? { alg: 'HS256', typ: 'JWT' };
  const payload = parts?.payload ?? { sub: '1', id: 1, name: 'probe', roles: ['admin'] };
  const lasting = { ...payload, iat: NOW_S, exp: FAR_S };
  const expired = { ...payload, iat: NOW_S - 2 * HOUR_S, exp: NOW_S - HOUR_S };
  const key =
    parts === null || valid === null ? undefined : keys.find((one) => signed(parts.header, valid, one));
  return [
    { name: 'a token of nonsense', token: 'not-a-token' },
    { name: 'an unsigned token', token: unsigned(header, lasting, 'none') },
    { name: 'an unsigned token with `alg` None', token: unsigned(header, lasting, 'None') },
    {
      name: 'a token signed with another key',
      token: sign({ ...header, alg: 'HS256' }, lasting, 'another-key-of-a-stranger-0123456789'),
    },
    { name: 'a token signed with an empty key', token: sign({ ...header, alg: 'HS256' }, lasting, '') },
    {
      name: 'an expired token',
      token: sign({ ...header, alg: 'HS256' }, expired, key ?? 'another-key-of-a-stranger-0123456789'),
    },
    ...(valid === null || valid.length < 8
      ? []
      : [
          { name: 'a token cut off', token: valid.slice(0, -4) },
          ...(parts === null
            ? []
            : [{ name: 'a token with another content', token: tampered(valid, parts.payload) }]),
        ]),
  ];
}

function tampered(valid: string, payload: JsonRecord): string {
  const [header, , signature] = valid.split('.');
  return [header, encode({ ...payload, sub: 'somebody-else', admin: true }), signature].join('.');
}

function jwtParts(token: string): { header: JsonRecord; payload: JsonRecord } | null {
  const [header, payload, ...rest] = token
    .split('.')
    .map((part) => parseJson(Buffer.from(part, 'base64url').toString()));
  return rest.length === 1 && isRecord(header) && isRecord(payload) ? { header, payload } : null;
}

/** The keys a text may stand for: itself, or what it encodes. */
function keysOf(text: string): readonly Buffer[] {
  return [Buffer.from(text), Buffer.from(text, 'base64'), Buffer.from(text, 'hex')].filter(
    ({ length }) => length > 0,
  );
}

function signed(header: JsonRecord, token: string, key: string): boolean {
  const [head, payload, signature] = token.split('.');
  return (
    header['alg'] === 'HS256' &&
    keysOf(key).some(
      (one) =>
        createHmac('sha256', one)
          .update(`${head ?? ''}.${payload ?? ''}`)
          .digest('base64url') === signature,
    )
  );
}

const encode = (value: JsonRecord): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(header: JsonRecord, payload: JsonRecord, key: string): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

const unsigned = (header: JsonRecord, payload: JsonRecord, alg: string): string =>
  `${encode({ ...header, alg })}.${encode(payload)}.`;
