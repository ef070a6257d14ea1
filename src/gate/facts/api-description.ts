import type { JsonRecord } from '../../domain/contract/openapi-document';
import type { GateSettings } from '../../domain/quality-gate/gate-settings';
import { readCheckoutFile } from '../checkout-file';
import { BootstrapRefused } from '../bootstrap-refused';
import { CannotTell, DoesNotApply } from '../checker';
import type { Inspection } from '../inspection';
import { askForSpec } from './api/generated-spec';
import { checkSdl, sdlOfIntrospection } from './api/graphql-sdl';
import { describeOpenApi } from './api/describe-openapi';
import type { Steps } from './api/parse-text';
import { SpecProblem } from './api/spec-problem';

/** One operation of an OpenAPI document, references resolved. */
export interface ApiOperation {
  /** operationId, or `GET /path` without one. */
  readonly id: string;
  readonly method: string;
  /** Templated, with the server's base path in front: `/v1/orders/{orderId}`. */
  readonly path: string;
  /** Where it stands in the document. */
  readonly pointer: Steps;
  /** The operation object, `$ref`s resolved as far as they are not circular. */
  readonly operation: JsonRecord;
  /** Parameters of path and operation together. */
  readonly parameters: readonly JsonRecord[];
  /** Needs a caller: its own or the global `security` has a requirement that is not empty. */
  readonly secured: boolean;
}

/** A line of a file of the description. */
interface SpecPlace {
  readonly file: string;
  readonly line: number;
  readonly quote: string;
}

export interface OpenApiDescription {
  readonly kind: 'openapi';
  /** Where it came from: a file of the tree, or an endpoint of the running service. */
  readonly source: string;
  readonly from: 'file' | 'endpoint';
  readonly text: string;
  /** OpenAPI 3; the files it refers to are part of it. References are not resolved. */
  readonly document: JsonRecord;
  /** The same as it is written: Swagger 2 is not converted. */
  readonly written: JsonRecord;
  readonly operations: readonly ApiOperation[];
  /** References out of the repository; what stands there is not known. */
  readonly remote: readonly string[];
  /** Null for what the service generated. */
  locate(steps: Steps): SpecPlace | null;
}

export interface GraphqlDescription {
  readonly kind: 'graphql';
  readonly source: string;
  readonly from: 'file' | 'endpoint';
  readonly text: string;
}

/** The API of the service: its OpenAPI document, or its GraphQL schema. */
export type ApiDescription = OpenApiDescription | GraphqlDescription;

const LARGEST_SPEC = 8 * 1024 * 1024;
export const GRAPHQL_FILE = /\.(?:graphqls?|gql)$/;

/** Where the description of a tree is looked for; null: not known. */
export function specOf(
  settings: GateSettings,
  apiSpec: string | null,
): Pick<NonNullable<GateSettings['api']>, 'kind' | 'spec' | 'from' | 'basePath'> | null {
  if (settings.api !== null) return settings.api;
  if (apiSpec === null) return null;
  return {
    kind: GRAPHQL_FILE.test(apiSpec) ? 'graphql' : 'openapi',
    spec: apiSpec,
    from: 'file',
    basePath: null,
  };
}

/**
 * The API of the tree: a file of it, or what the running service answers.
 * @throws SpecProblem when there should be a description and is none that can be read
 */
export async function gatherApiDescription(inspection: Inspection): Promise<ApiDescription> {
  const { settings, survey } = inspection;
  const known = specOf(settings, survey.apiSpec);
  if (known?.from === 'file') return readDescription(inspection, known);
  const generated = await askForSpec(inspection, settings.api);
  if (generated === null) {
    if (survey.framework === null && settings.run === null) {
      throw new DoesNotApply(
        'no-http-service',
        'neither a web framework nor a way to start a service is known',
      );
    }
    throw new SpecProblem(
      'absent',
      'there is no API description: no openapi.yaml, GraphQL schema or generated one',
    );
  }
  const { kind, path, text } = generated;
  return kind === 'openapi'
    ? describeOpenApi({ source: path, from: 'endpoint', text, basePath: known?.basePath ?? null })
    : { kind, source: path, from: 'endpoint', text: await sdlOfIntrospection(path, text) };
}

async function readDescription(
  inspection: Inspection,
  { kind, spec, basePath }: NonNullable<ReturnType<typeof specOf>>,
): Promise<ApiDescription> {
  const source = spec.replace(/^\.\//, '');
  const files = await inspection.files();
  if (kind === 'graphql') {
    const names = files.paths.filter(
      (path) => path === source || (path.startsWith(`${source}/`) && GRAPHQL_FILE.test(path)),
    );
    if (names.length === 0) throw absent(source);
    const texts = await Promise.all(names.map((name) => readSpecFile(inspection, name)));
    return { kind, source, from: 'file', text: await checkSdl(source, texts.join('\n')) };
  }
  if (!files.blobs.has(source)) throw absent(source);
  const text = await readSpecFile(inspection, source);
  return describeOpenApi({ source, from: 'file', text, basePath, read: (path) => files.read(path) });
}

const absent = (source: string): SpecProblem =>
  new SpecProblem('absent', `the API description ${source} is not in the repository`, source);

/** Larger than other sources may be. */
async function readSpecFile({ target }: Inspection, path: string): Promise<string> {
  let text: string | null;
  try {
    text = await readCheckoutFile(target.path, path);
  } catch (error) {
    if (error instanceof BootstrapRefused) throw new CannotTell(error.message, { cause: error });
    throw error;
  }
  if (text === null) throw absent(path);
  if (text.length > LARGEST_SPEC) {
    throw new CannotTell(`${path} is larger than 8 MiB; split the API description into files.`);
  }
  return text;
}
