import { recordOf } from '../../../domain/contract/openapi-document';

/** Path of the first server, variables at their defaults, without a slash at its end; '' for the root. */
export function basePathOf(servers: readonly unknown[]): string {
  const server = recordOf(servers[0]);
  if (typeof server['url'] !== 'string') return '';
  const variables = recordOf(server['variables']);
  const url = server['url'].replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = recordOf(variables[name])['default'];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });
  const path = url
    .replace(/^[a-z][a-z0-9+.-]*:/i, '')
    .replace(/^\/\/[^/?#]*/, '')
    .replace(/[?#].*$/s, '');
  const trimmed = path.replace(/^\.?\/*/, '').replace(/\/+$/, '');
  return trimmed === '' ? '' : `/${trimmed}`;
}
