import type { ContractExpectations } from '../domain/contract/contract-expectations';
import { recordOf, type JsonRecord } from '../domain/contract/openapi-document';
import { basePathsOf, operationsOf, type Operation } from './openapi/operations';

/** A program that uses the types of every operation; one statement a line, so that a line names an operation. */
export interface Consumer {
  readonly text: string;
  /** What the line, from 1, is about. */
  about(line: number): string;
}

const SUBSET = `type Subset<T> = T extends readonly (infer E)[] ? readonly Subset<E>[] : T extends object ? { readonly [K in keyof T]?: Subset<T[K]> } : T;`;

/** A consumer of an OpenAPI contract: every request and answer once, and the bodies consumers expect. */
export function openApiConsumer(
  document: JsonRecord,
  expectations: readonly ContractExpectations[],
): Consumer {
  const operations = operationsOf(document);
  const lines = operations.flatMap((operation) => [
    { about: operation.name, line: use(typeOf(operation)) },
    ...(operation.body?.content ?? []).map(({ mediaType }) => ({
      about: operation.name,
      line: use(`NonNullable<${typeOf(operation)}["requestBody"]>["content"][${JSON.stringify(mediaType)}]`),
    })),
    ...operation.responses.flatMap(({ status, content }) =>
      content.map(({ mediaType }) => ({
        about: operation.name,
        line: use(answerType(operation, status, mediaType)),
      })),
    ),
  ]);
  const bases = basePathsOf(document);
  const expected = expectations.flatMap(({ consumer, expectations: rows }) =>
    rows.flatMap(({ name, request, response }) => {
      const operation = operationFor(operations, bases, request);
      if (operation === null) return [];
      const about = `${consumer}: ${name}`;
      const [body] = operation.body?.content.filter(({ mediaType }) => /json/i.test(mediaType)) ?? [];
      const answer = operation.responses.find(({ status }) => status === String(response.status));
      const [media] = answer?.content.filter(({ mediaType }) => /json/i.test(mediaType)) ?? [];
      return [
        // A body that is to be refused may be anything.
        ...(request.body === undefined || body === undefined || response.status >= 400
          ? []
          : [
              {
                about,
                line: give(
                  `NonNullable<${typeOf(operation)}["requestBody"]>["content"][${JSON.stringify(body.mediaType)}]`,
                  request.body,
                ),
              },
            ]),
        ...(response.body === undefined || answer === undefined || media === undefined
          ? []
          : [
              {
                about,
                line: give(`Subset<${answerType(operation, answer.status, media.mediaType)}>`, response.body),
              },
            ]),
      ];
    }),
  );
  return consumerOf("import type { paths } from './types';", [...lines, ...expected]);
}

/** A consumer of a GraphQL contract: what every operation takes and gives. */
export function graphqlConsumer(operations: readonly { readonly name: string }[]): Consumer {
  const roots = [...new Set(operations.map(({ name }) => name.split('.')[0] ?? ''))];
  return consumerOf(
    `import type { ${roots.join(', ')} } from './types';`,
    operations.map(({ name }) => {
      const [root = '', field = ''] = name.split('.');
      return { about: name, line: use(`${root}[${JSON.stringify(field)}]`) };
    }),
  );
}

function consumerOf(
  head: string,
  rows: readonly { readonly about: string; readonly line: string }[],
): Consumer {
  const lines = [
    head,
    SUBSET,
    'export type Expected<T> = Subset<T>;',
    ...rows.map(({ line }, index) => `export const part${String(index)}${line}`),
  ];
  const before = lines.length - rows.length;
  return { text: `${lines.join('\n')}\n`, about: (line) => rows[line - before - 1]?.about ?? 'types' };
}

/** Statements; `consumerOf` gives each a name of its own. */
const use = (type: string): string => `= (value: ${type}): unknown => value;`;
const give = (type: string, value: unknown): string => `: ${type} = ${JSON.stringify(value)};`;

const typeOf = ({ path, method }: Operation): string =>
  `paths[${JSON.stringify(path)}][${JSON.stringify(method.toLowerCase())}]`;

function answerType(operation: Operation, status: string, mediaType: string): string {
  const key = /^[1-9]\d{2}$/.test(status) ? status : JSON.stringify(status);
  return `${typeOf(operation)}["responses"][${key}]["content"][${JSON.stringify(mediaType)}]`;
}

/** The operation an expectation is about, by the template it was written with or the path it calls. */
function operationFor(
  operations: readonly Operation[],
  bases: readonly string[],
  request: { readonly method: string; readonly path: string },
): Operation | null {
  const path = request.path.replace(/[?#].*$/s, '');
  const paths = [
    path,
    ...bases.filter((base) => path.startsWith(`${base}/`)).map((base) => path.slice(base.length)),
  ];
  const ofMethod = operations.filter(({ method }) => method === request.method);
  const exact = ofMethod.find((operation) => paths.includes(operation.path));
  if (exact !== undefined) return exact;
  const fits = (template: string, candidate: string): boolean => {
    const [wanted, given] = [template.split('/'), candidate.split('/')];
    return (
      wanted.length === given.length &&
      wanted.every((part, index) => part.includes('{') || part === given[index])
    );
  };
  return ofMethod.find((operation) => paths.some((one) => fits(operation.path, one))) ?? null;
}

/** The document of a bundled spec's text. */
export const documentOf = (text: string): JsonRecord => recordOf(JSON.parse(text));
