// Needs nothing.
import { breakingChanges, breakingSchema } from '../../../src/gate/checkers/api/breaking-api';
import { describeOpenApi } from '../../../src/gate/facts/api/describe-openapi';

const operation = { responses: { '200': { description: 'yes' } } };

async function breaking(
  before: { readonly version: string; readonly paths: readonly string[] },
  after: { readonly version: string; readonly paths: readonly string[] },
): Promise<string[]> {
  const [old, now] = await Promise.all(
    [before, after].map(({ version, paths }) =>
      describeOpenApi({
        source: 'openapi.json',
        from: 'file',
        text: JSON.stringify({
          openapi: '3.1.0',
          info: { title: 't', version },
          paths: Object.fromEntries(paths.map((path) => [path, { get: operation }])),
        }),
        basePath: null,
      }),
    ),
  );
  if (old === undefined || now === undefined) throw new Error('two descriptions are needed');
  return breakingChanges(now, old.document).map(({ text }) => text);
}

describe('a breaking change', () => {
  it('is one while the version is the same', async () => {
    const texts = await breaking(
      { version: '1.0.0', paths: ['/v1/a', '/v1/b'] },
      { version: '1.1.0', paths: ['/v1/a'] },
    );
    expect(texts).toEqual(['openapi.json: /v1/b: the path is gone, and the version is the same']);
  });

  it.each([
    ['with a new major version', '1.4.0', ['/v1/a'], '2.0.0', []],
    ['with a new minor version before the first', '0.1.0', ['/a'], '0.2.0', []],
    ['when the path stands under a later version', '1.0.0', ['/v1/a'], '1.0.0', ['/v2/a']],
  ])('is none %s', async (_what, oldVersion, old, version, now) => {
    expect(await breaking({ version: oldVersion, paths: old }, { version, paths: now })).toEqual([]);
  });

  it('is one when the path stands under an earlier version', async () => {
    const texts = await breaking(
      { version: '1.0.0', paths: ['/v2/a'] },
      { version: '1.0.0', paths: ['/v1/a'] },
    );
    expect(texts).toHaveLength(1);
  });
});

describe('a field gone from a schema', () => {
  const schema = (field: string): string => `type Query { a: Int ${field} }`;

  it('is a breaking change', async () => {
    expect(await breakingSchema('s.graphql', schema('b: Int'), schema(''))).toMatchObject([
      { text: 's.graphql: Query.b was removed.' },
    ]);
  });

  it('is none when it was deprecated before', async () => {
    const before = schema('b: Int @deprecated(reason: "use a")');
    expect(await breakingSchema('s.graphql', before, schema(''))).toEqual([]);
  });
});
