import type { GateSettings } from '../domain/quality-gate/gate-settings';
import type { RepositoryFiles } from './repository-files';
import type { StackFacts } from './stack-facts';

/** Where a running service answers with its own description, by what it depends on. */
const ENDPOINTS = [
  ['fastapi', 'openapi', '/openapi.json'],
  ['@nestjs/swagger', 'openapi', '/api-json'],
  ['@fastify/swagger', 'openapi', '/documentation/json'],
  ['springdoc-openapi-starter-webmvc-ui', 'openapi', '/v3/api-docs'],
  ['springdoc-openapi-starter-webmvc-api', 'openapi', '/v3/api-docs'],
  ['springdoc-openapi-starter-webflux-ui', 'openapi', '/v3/api-docs'],
  ['drf-spectacular', 'openapi', '/api/schema/?format=json'],
  ['flask-smorest', 'openapi', '/api-spec.json'],
  ['@nestjs/graphql', 'graphql', '/graphql'],
  ['@apollo/server', 'graphql', '/graphql'],
  ['apollo-server-express', 'graphql', '/graphql'],
  ['graphql-yoga', 'graphql', '/graphql'],
  ['mercurius', 'graphql', '/graphql'],
  ['graphql-http', 'graphql', '/graphql'],
  ['strawberry-graphql', 'graphql', '/graphql'],
  ['graphene', 'graphql', '/graphql'],
  ['graphene-django', 'graphql', '/graphql'],
  ['ariadne', 'graphql', '/graphql'],
  ['spring-boot-starter-graphql', 'graphql', '/graphql'],
] as const;

const HEALTH = ['/health', '/healthz', '/v1/health', '/api/health', '/actuator/health', '/livez', '/ping'];
const HEALTH_FILE =
  /(?:^|\/)[^/]*(?:health|server|app|main|index|routes?|urls)[^/]*\.(?:[cm]?[jt]s|py|java)$/i;

/** The spec of the service: a file, or what it answers by what it is built with. */
export function findApi(
  repository: RepositoryFiles,
  facts: StackFacts,
  apiSpec: string | null,
): GateSettings['api'] {
  if (apiSpec !== null) {
    const kind = /\.graphqls?$/.test(apiSpec) ? 'graphql' : 'openapi';
    const basePath = kind === 'graphql' ? '/graphql' : basePathIn(repository.read(apiSpec) ?? '');
    return { kind, spec: apiSpec, from: 'file', basePath };
  }
  const found = ENDPOINTS.find(([dependency]) => facts.dependencies.has(dependency));
  if (found === undefined) return null;
  const [, kind, spec] = found;
  return { kind, spec, from: 'endpoint', basePath: kind === 'graphql' ? spec : null };
}

/** Path of the first server of an OpenAPI document, read without parsing it: it may be large or broken. */
function basePathIn(spec: string): string | null {
  const url = /^\s*-?\s*["']?url["']?\s*:\s*["']?(?:https?:\/\/[^/"'\s]+)?(\/[^"'\s,]*)/m.exec(spec)?.[1];
  const path = url?.replace(/\/+$/, '') ?? '';
  return path === '' || path.includes('{') ? null : path;
}

/** A path that tells whether the service is up: from its spec, its framework or its sources. */
export function findHealth(
  repository: RepositoryFiles,
  facts: StackFacts,
  api: GateSettings['api'],
): string | null {
  const spec = api?.from === 'file' && api.kind === 'openapi' ? (repository.read(api.spec) ?? '') : '';
  const inSpec = /^\s*["']?(\/[\w/-]*(?:health|live|ready|ping)[\w/-]*)["']?\s*:/im.exec(spec)?.[1];
  if (inSpec !== undefined) return `${api?.basePath ?? ''}${inSpec}`;
  if (facts.dependencies.has('spring-boot-starter-actuator')) return '/actuator/health';
  for (const path of repository.files
    .filter((file) => HEALTH_FILE.test(file) && !/(?:^|\/)tests?\//.test(file))
    .slice(0, 15)) {
    const text = repository.read(path) ?? '';
    const found = HEALTH.find((route) => new RegExp(`["'\`]${route}/?["'\`]`).test(text));
    if (found !== undefined) return found;
  }
  return null;
}
