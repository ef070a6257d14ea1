import type { GraphqlDescription, OpenApiDescription } from '../../facts/api-description';
import { describeOpenApi } from '../../facts/api/describe-openapi';
import { breakingChanges, findBreakingGraphql, findBreakingOpenApi } from './breaking-api';
import { findErrorFaults } from './error-shape';
import { findChangingQueries, findOddPayloads, findUnpagedLists } from './graphql-operations';
import { readSyntax } from './graphql-reading';
import { findStyleFaults } from './graphql-style';
import { findMethodFaults } from './method-use';
import { findPageFaults } from './page-parameters';
import { findNameFaults } from './resource-names';
import { looked, type SpecFinding, type SpecResult, type SpecRule } from './spec-checker';
import { findCodeFaults } from './status-codes';
import { findVersionFaults } from './version-signs';
import { CannotTell } from '../../checker';
import type { Inspection } from '../../inspection';

/** A description with a defect of every kind the rules look for. */
const PLANTED = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'planted', version: '1.0.0' },
  paths: {
    '/createOrder': { get: { operationId: 'createOrder', requestBody: {}, responses: {} } },
    '/order_lines': {
      get: {
        responses: {
          200: { content: { 'application/json': { schema: { type: 'array', items: { type: 'object' } } } } },
          400: {},
        },
      },
    },
  },
});

async function finds(rule: (api: OpenApiDescription) => readonly SpecFinding[]): Promise<boolean> {
  return (
    rule(await describeOpenApi({ source: 'planted', from: 'file', text: PLANTED, basePath: null })).length > 0
  );
}

const findingsOf = (result: SpecResult): readonly SpecFinding[] =>
  result.kind === 'looked' ? result.findings : [];
const counted = ({ operations }: OpenApiDescription): string => `${String(operations.length)} operations`;

const overOperations =
  (find: (api: OpenApiDescription) => readonly SpecFinding[], note: string): SpecRule['openapi'] =>
  (api) =>
    looked(find(api), `${counted(api)}: ${note}`);

async function styleOf(api: GraphqlDescription): Promise<SpecResult> {
  const schema = await readSyntax(api);
  return looked(
    findStyleFaults(schema),
    `${String(schema.types.length)} types follow the best practice of GraphQL`,
  );
}

async function versionsOf(api: OpenApiDescription, inspection: Inspection): Promise<SpecResult> {
  const silent = findVersionFaults(api);
  const breaking = await orNothing(silent, findBreakingOpenApi(api, inspection));
  return looked(
    [...breaking, ...silent],
    `${counted(api)} show a version; nothing was taken from its clients`,
  );
}

/** The rules that look at the description alone; adding one is adding a row. */
export const SPEC_RULES: readonly SpecRule[] = [
  {
    name: 'api-names',
    version: '1',
    subject: 'rest-conventions',
    openapi: overOperations(findNameFaults, 'their paths name resources'),
    graphql: styleOf,
    control: () => finds(findNameFaults),
  },
  {
    name: 'api-methods',
    version: '1',
    subject: 'http-methods',
    openapi: overOperations(findMethodFaults, 'their methods fit their names, bodies and answers'),
    graphql: async (api) =>
      looked(findChangingQueries(await readSyntax(api)), 'no query changes anything by its name'),
    control: () => finds(findMethodFaults),
  },
  {
    name: 'declared-status-codes',
    version: '1',
    subject: 'response-codes',
    openapi: overOperations(findCodeFaults, 'the codes they declare fit what can happen'),
    graphql: () => ({
      kind: 'nothing',
      rule: 'graphql-has-one-endpoint',
      reason: 'operations of GraphQL declare no status codes',
    }),
    control: () => finds(findCodeFaults),
  },
  {
    name: 'declared-errors',
    version: '1',
    subject: 'error-responses',
    openapi: overOperations(findErrorFaults, 'their errors share one documented shape'),
    graphql: async (api) => findOddPayloads(await readSyntax(api)),
    control: () => finds(findErrorFaults),
  },
  {
    name: 'declared-pages',
    version: '1',
    subject: 'pagination',
    openapi: findPageFaults,
    graphql: async (api) => findUnpagedLists(await readSyntax(api)),
    control: () => finds((api) => findingsOf(findPageFaults(api))),
  },
  {
    name: 'api-version',
    version: '1',
    subject: 'api-versioning',
    comparesWithBase: true,
    openapi: versionsOf,
    graphql: async (api, inspection) =>
      looked(
        await findBreakingGraphql(api, inspection),
        'the schema evolves without versions; nothing was taken from its clients that was not deprecated before',
      ),
    control: () =>
      finds((api) => [
        ...findVersionFaults(api),
        ...breakingChanges({ ...api, document: { ...api.document, paths: {} } }, api.document),
      ]),
  },
];

/** What is known to be wrong is told even where the rest cannot be. */
async function orNothing<T>(known: readonly unknown[], rest: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await rest;
  } catch (error) {
    if (known.length > 0 && error instanceof CannotTell) return [];
    throw error;
  }
}
