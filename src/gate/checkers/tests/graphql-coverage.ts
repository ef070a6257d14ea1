import type { RecordedRequest } from '../../facts/test-run';

/** Which fields of a schema the executed documents select. */
export interface GraphqlCoverage {
  /** `Type.field`, of object types, without introspection. */
  readonly fields: readonly string[];
  readonly executed: ReadonlySet<string>;
  /** Root fields of documents that were answered with an error, or with one in a payload. */
  readonly failed: ReadonlySet<string>;
  readonly mutations: readonly string[];
}

/** @throws an error of the library where the schema cannot be built */
export async function coverGraphql(
  sdl: string,
  requests: readonly RecordedRequest[],
): Promise<GraphqlCoverage> {
  const {
    buildSchema,
    getNamedType,
    isAbstractType,
    isInterfaceType,
    isObjectType,
    parse,
    TypeInfo,
    visit,
    visitWithTypeInfo,
  } = await import('graphql');
  const schema = buildSchema(sdl, { assumeValidSDL: true, noLocation: true });
  const objects = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  );
  const fields = objects.flatMap((type) =>
    isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`) : [],
  );
  const [executed, failed] = [new Set<string>(), new Set<string>()];
  for (const { document, body } of requests) {
    if (document === null) continue;
    const selected = selectedFields(document);
    for (const field of selected) executed.add(field);
    if (body === null || !saysError(body)) continue;
    for (const field of selected) if (isRootField(field)) failed.add(field);
  }
  const mutation = schema.getMutationType();
  return {
    fields,
    executed,
    failed,
    mutations: mutation ? Object.keys(mutation.getFields()).map((name) => `${mutation.name}.${name}`) : [],
  };

  function isRootField(field: string): boolean {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    return roots.some((type) => (type ? field.startsWith(`${type.name}.`) : false));
  }

  function selectedFields(text: string): Set<string> {
    const found = new Set<string>();
    const info = new TypeInfo(schema);
    try {
      visit(
        parse(text, { noLocation: true, maxTokens: 5000 }),
        visitWithTypeInfo(info, {
          Field: (node) => {
            const parent = info.getParentType();
            if (!parent) return;
            const type = getNamedType(parent);
            const owners = isAbstractType(type) ? [...schema.getPossibleTypes(type)] : [type];
            const names = isInterfaceType(type) || isObjectType(type) ? owners : [];
            for (const owner of names) found.add(`${owner.name}.${node.name.value}`);
          },
        }),
      );
    } catch {
      // A document that is refused, or was cut off, executes nothing.
    }
    return found;
  }
}

function saysError(body: string): boolean {
  return /"(?:errors|userErrors)":\[\{/.test(body.replace(/\s+/g, ''));
}
