import {
  createResolver,
  isRecord,
  listOf,
  recordOf,
  type JsonRecord,
  type Resolve,
} from '../../domain/contract/openapi-document';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** A response of an operation: its status as written, and what it may bring. */
export interface OperationResponse {
  readonly status: string;
  readonly response: JsonRecord;
  readonly content: readonly MediaContent[];
}

export interface MediaContent {
  readonly mediaType: string;
  readonly media: JsonRecord;
}

/** One operation of a bundled document; parameters, bodies and responses followed to where they stand. */
export interface Operation {
  /** `GET /v1/orders`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly id: string | null;
  readonly summary: string;
  readonly operation: JsonRecord;
  readonly parameters: readonly JsonRecord[];
  readonly body: { readonly required: boolean; readonly content: readonly MediaContent[] } | null;
  readonly responses: readonly OperationResponse[];
}

/** The operations of a document, by path and method: the same for the same document however it was written. */
export function operationsOf(document: JsonRecord): Operation[] {
  const resolve = createResolver(document);
  return Object.keys(recordOf(document['paths']))
    .filter((path) => path.startsWith('/'))
    .sort()
    .flatMap((path) => {
      const item = resolve(recordOf(document['paths'])[path]);
      return METHODS.filter((method) => isRecord(item[method])).map((method) =>
        describe(resolve, item, path, method),
      );
    });
}

function describe(resolve: Resolve, item: JsonRecord, path: string, method: string): Operation {
  const operation = recordOf(item[method]);
  const byName = new Map<string, JsonRecord>();
  for (const parameter of [...listOf(item['parameters']), ...listOf(operation['parameters'])].map(resolve)) {
    byName.set(`${String(parameter['in'])} ${String(parameter['name'])}`, parameter);
  }
  const body = isRecord(operation['requestBody']) ? resolve(operation['requestBody']) : null;
  return {
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    id: typeof operation['operationId'] === 'string' ? operation['operationId'] : null,
    summary: textOf(operation['summary']),
    operation,
    parameters: [...byName.values()],
    body: body === null ? null : { required: body['required'] === true, content: contentOf(body) },
    responses: Object.keys(recordOf(operation['responses']))
      .filter((status) => !status.startsWith('x-'))
      .sort()
      .map((status) => {
        const response = resolve(recordOf(operation['responses'])[status]);
        return { status, response, content: contentOf(response) };
      }),
  };
}

function contentOf(value: JsonRecord): MediaContent[] {
  return Object.entries(recordOf(value['content']))
    .map(([mediaType, media]) => ({ mediaType, media: recordOf(media) }))
    .sort((a, b) => (a.mediaType < b.mediaType ? -1 : 1));
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Paths the servers put in front, such as `/v1`; empty: none. */
export function basePathsOf(document: JsonRecord): string[] {
  const paths = listOf(document['servers']).map((server) => {
    const url = textOf(recordOf(server)['url']).replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
    return url.includes('{') ? '' : url.replace(/\/+$/, '');
  });
  return [...new Set(paths)].filter((path) => path.startsWith('/')).sort();
}
