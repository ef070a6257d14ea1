import { isRecord, listOf, type JsonRecord, recordOf } from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest } from '../facts/service';
import type { Conversation } from './conversation';

/** Where a credential goes in a request. */
export type CredentialPlace =
  | { readonly kind: 'bearer' }
  | { readonly kind: 'basic' }
  | { readonly kind: 'apiKey'; readonly in: string; readonly name: string };

/** Where the first security requirement of an operation wants its credential; bearer where the spec does not tell. */
export function credentialPlace(
  { document, resolve }: Conversation,
  operation: ApiOperation,
): CredentialPlace {
  const schemes = {
    ...recordOf(document['securityDefinitions']),
    ...recordOf(recordOf(document['components'])['securitySchemes']),
  };
  const required = listOf(operation.operation['security'] ?? document['security'])
    .filter(isRecord)
    .flatMap((one) => Object.keys(one));
  const scheme: JsonRecord = resolve(schemes[required[0] ?? ''] ?? Object.values(schemes)[0]);
  if (scheme['type'] === 'apiKey') {
    return {
      kind: 'apiKey',
      in: textOr(scheme['in'], 'header'),
      name: textOr(scheme['name'], 'x-api-key'),
    };
  }
  return scheme['type'] === 'basic' || String(scheme['scheme']).toLowerCase() === 'basic'
    ? { kind: 'basic' }
    : { kind: 'bearer' };
}

/** The request with that credential, and with no other. */
export function withCredential(
  request: ProbeRequest,
  place: CredentialPlace,
  credential: string | null,
  authHeader: string,
): ProbeRequest {
  const [header = 'authorization', ...format] = authHeader.split(':');
  const own = header.trim().toLowerCase();
  const { authorization: _a, cookie: _c, [own]: _o, ...headers } = request.headers ?? {};
  if (credential === null) return { ...request, headers };
  switch (place.kind) {
    case 'basic':
      return {
        ...request,
        headers: {
          ...headers,
          authorization: `Basic ${Buffer.from(`probe:${credential}`).toString('base64')}`,
        },
      };
    case 'bearer':
      return {
        ...request,
        headers: { ...headers, [own]: format.join(':').trim().replace('{token}', credential) },
      };
    case 'apiKey':
      if (place.in === 'query') {
        const [path = '', query] = request.path.split('?');
        const asked = new URLSearchParams(query);
        asked.set(place.name, credential);
        return { ...request, headers, path: `${path}?${asked.toString()}` };
      }
      return place.in === 'cookie'
        ? { ...request, headers: { ...headers, cookie: `${place.name}=${credential}` } }
        : { ...request, headers: { ...headers, [place.name.toLowerCase()]: credential } };
  }
}

/** Whether the spec knows callers at all. */
export function hasSecuritySchemes({ document }: Pick<Conversation, 'document'>): boolean {
  const schemes = {
    ...recordOf(document['securityDefinitions']),
    ...recordOf(recordOf(document['components'])['securitySchemes']),
  };
  return Object.keys(schemes).length > 0;
}

const textOr = (value: unknown, other: string): string => (typeof value === 'string' ? value : other);
