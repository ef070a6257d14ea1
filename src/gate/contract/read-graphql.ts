import { errorMessageOf } from '../../config/error-code';

const MOST_TOKENS = 500_000;
const MOST_PROBLEMS = 10;
/** Frameworks declare theirs elsewhere. */
const FOREIGN = 'Unknown directive ';

/** A schema in its one order, or what is wrong with it, one line each. */
export type GraphqlReading =
  | { readonly kind: 'schema'; readonly sdl: string }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Reads SDL; `sources` are the files it is in, for places in them. */
export async function readGraphql(
  sources: readonly { readonly path: string; readonly text: string }[],
): Promise<GraphqlReading> {
  const graphql = await import('graphql');
  const refuse = (problems: readonly string[]): GraphqlReading => ({
    kind: 'refused',
    problems: problems.slice(0, MOST_PROBLEMS).map((line) => line.replace(/\s+/g, ' ').slice(0, 490)),
  });
  const documents: ReturnType<typeof graphql.parse>[] = [];
  for (const { path, text } of sources) {
    try {
      documents.push(graphql.parse(new graphql.Source(text, path), { maxTokens: MOST_TOKENS }));
    } catch (error) {
      const line = error instanceof graphql.GraphQLError ? error.locations?.[0]?.line : undefined;
      return refuse([`${path}:${String(line ?? 1)} · ${errorMessageOf(error)} (syntax)`]);
    }
  }
  const document = graphql.concatAST(documents);
  const first = sources[0]?.path ?? 'the schema';
  try {
    graphql.buildASTSchema(document);
  } catch (error) {
    const messages = errorMessageOf(error)
      .split('\n\n')
      .filter((message) => !message.startsWith(FOREIGN));
    if (messages.length > 0) return refuse(messages.map((message) => `${first} · ${message} (schema)`));
  }
  try {
    const schema = graphql.buildASTSchema(document, { assumeValidSDL: true });
    const errors = graphql.validateSchema(schema);
    if (errors.length > 0) {
      return refuse(
        errors.map(({ message, locations, source }) => {
          const line = locations?.[0]?.line;
          return `${source?.name ?? first}:${String(line ?? 1)} · ${message} (schema)`;
        }),
      );
    }
    if (Object.keys(schema.getQueryType()?.getFields() ?? {}).length === 0) {
      return refuse([`${first} · there is no query in it (operations)`]);
    }
    return { kind: 'schema', sdl: `${graphql.printSchema(graphql.lexicographicSortSchema(schema))}\n` };
  } catch (error) {
    return refuse([`${first} · ${errorMessageOf(error)} (schema)`]);
  }
}
