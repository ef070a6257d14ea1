import type { GateSettings } from '../../../domain/quality-gate/gate-settings';
import { CannotTell } from '../../checker';
import type { Inspection } from '../../inspection';
import type { RunningService } from '../service';
import { SpecProblem } from './spec-problem';

/** A library that makes the service answer with its description. */
interface GeneratorRow {
  readonly kind: 'openapi' | 'graphql';
  /** Name of the framework, or what its manifest says of the library. */
  readonly framework?: string;
  readonly dependency?: RegExp;
  readonly paths: readonly string[];
}

const GRAPHQL_PATHS = ['/graphql', '/api/graphql', '/'];

const GENERATORS: readonly GeneratorRow[] = [
  {
    kind: 'openapi',
    framework: 'fastapi',
    paths: ['/openapi.json', '/api/openapi.json', '/v1/openapi.json'],
  },
  { kind: 'openapi', dependency: /springdoc-openapi/, paths: ['/v3/api-docs'] },
  { kind: 'openapi', dependency: /springfox/, paths: ['/v3/api-docs', '/v2/api-docs'] },
  { kind: 'openapi', dependency: /"@nestjs\/swagger"/, paths: ['/api-json', '/docs-json', '/swagger-json'] },
  {
    kind: 'openapi',
    dependency: /"(?:@fastify\/swagger|fastify-swagger)"/,
    paths: ['/documentation/json', '/docs/json', '/openapi.json', '/swagger.json'],
  },
  {
    kind: 'openapi',
    dependency: /drf-spectacular/,
    paths: ['/api/schema/?format=json', '/schema/?format=json'],
  },
  { kind: 'openapi', dependency: /drf-yasg/, paths: ['/swagger.json', '/swagger/?format=openapi'] },
  { kind: 'openapi', dependency: /django-ninja/, paths: ['/api/openapi.json', '/api/v1/openapi.json'] },
  {
    kind: 'openapi',
    dependency: /flask-smorest|flask-openapi3|apiflask|apispec|connexion/i,
    paths: ['/openapi.json', '/openapi/openapi.json', '/swagger.json'],
  },
  { kind: 'openapi', dependency: /flask-restx|flasgger/i, paths: ['/swagger.json', '/apispec_1.json'] },
  {
    kind: 'openapi',
    dependency: /"(?:swagger-jsdoc|tsoa|express-openapi|koa-swagger-decorator|@hono\/zod-openapi)"/,
    paths: ['/openapi.json', '/swagger.json', '/api-docs.json', '/api-docs', '/docs/openapi.json', '/doc'],
  },
  {
    kind: 'openapi',
    dependency: /quarkus-smallrye-openapi/,
    paths: ['/q/openapi?format=json', '/openapi?format=json'],
  },
  { kind: 'graphql', framework: 'apollo', paths: GRAPHQL_PATHS },
  { kind: 'graphql', framework: 'graphql-yoga', paths: GRAPHQL_PATHS },
  { kind: 'graphql', framework: 'strawberry', paths: GRAPHQL_PATHS },
  { kind: 'graphql', framework: 'graphene', paths: GRAPHQL_PATHS },
  {
    kind: 'graphql',
    dependency:
      /"(?:@apollo\/server|apollo-server[\w-]*|graphql-yoga|mercurius|@nestjs\/graphql|type-graphql)"|strawberry-graphql|graphene|spring-boot-starter-graphql/,
    paths: GRAPHQL_PATHS,
  },
];

const MANIFEST =
  /^(?:package\.json|pyproject\.toml|requirements[\w-]*\.txt|setup\.(?:py|cfg)|Pipfile|pom\.xml|build\.gradle(?:\.kts)?)$/;
/** What the service's answer is cut at. */
const CUT_AT = 256 * 1024;

/** A description as the running service gave it. */
interface GeneratedSpec {
  readonly kind: 'openapi' | 'graphql';
  readonly path: string;
  /** JSON of an OpenAPI document, or of an introspection. */
  readonly text: string;
}

/** The libraries of the tree that generate a description. */
async function generatorsOf(inspection: Inspection): Promise<readonly GeneratorRow[]> {
  const files = await inspection.files();
  const manifests = await Promise.all(
    files.paths.filter((path) => MANIFEST.test(path)).map((path) => files.read(path)),
  );
  const text = manifests.map((manifest) => manifest ?? '').join('\n');
  return GENERATORS.filter(
    ({ framework, dependency }) =>
      (framework !== undefined && framework === inspection.survey.framework) ||
      dependency?.test(text) === true,
  );
}

/**
 * Asks the running service for its description; null where no library of it generates one.
 * @throws SpecProblem when it should answer with one and does not
 */
export async function askForSpec(
  inspection: Inspection,
  configured: NonNullable<GateSettings['api']> | null,
): Promise<GeneratedSpec | null> {
  const rows: readonly Pick<GeneratorRow, 'kind' | 'paths'>[] =
    configured === null
      ? await generatorsOf(inspection)
      : [{ kind: configured.kind, paths: [configured.spec] }];
  if (rows.length === 0) return null;
  const service = await inspection.service();
  const tried: string[] = [];
  for (const { kind, paths } of rows) {
    for (const path of paths) {
      if (tried.includes(`${kind} ${path}`)) continue;
      tried.push(`${kind} ${path}`);
      const text = await ask(service, kind, path);
      if (text !== null) return { kind, path, text };
    }
  }
  const places = [...new Set(tried.map((place) => place.split(' ')[1]))].join(', ');
  throw new SpecProblem('absent', `the running service answers with no API description at ${places}`);
}

async function ask(
  service: RunningService,
  kind: GeneratorRow['kind'],
  path: string,
): Promise<string | null> {
  const answer =
    kind === 'openapi'
      ? await service.request({ method: 'GET', path, headers: { accept: 'application/json' } })
      : await service.request({ method: 'POST', path, body: { query: await introspection() } });
  if (answer.status < 200 || answer.status > 299) return null;
  if (answer.body.length >= CUT_AT) {
    throw new CannotTell(
      `the API description at ${path} is larger than 256 KiB; keep it as a file of the repository`,
    );
  }
  const marker = kind === 'openapi' ? /["']?(?:openapi|swagger)["']?\s*:/ : /"__schema"\s*:/;
  return marker.test(answer.body) ? answer.body : null;
}

async function introspection(): Promise<string> {
  const { getIntrospectionQuery } = await import('graphql');
  return getIntrospectionQuery();
}
