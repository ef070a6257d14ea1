import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import type { BreakingChange } from '../domain/contract/breaking-change';
import { breakingChange, breakingForHistory } from '../domain/contract/breaking-change';
import { canonicalJson } from '../domain/common/canonical-json';
import { BUNDLE_FILES, type ContractOperation } from '../domain/contract/contract-bundle';
import { openApiChanges } from '../domain/contract/openapi-changes';
import { recordOf } from '../domain/contract/openapi-document';
import type { Compatibility } from '../ports/compatibility';
import type { ContractReading } from '../ports/contracts';
import type { ContractChanges } from './changelog';
import { graphqlDifferences } from './graphql/changes';
import { graphqlMock } from './graphql/mock';
import { graphqlReference } from './graphql/reference';
import { graphqlTypes } from './graphql/types';
import type { MockScript } from './mock-server';
import { openApiDifferences } from './openapi/changes';
import { openApiMock } from './openapi/mock';
import { operationsOf } from './openapi/operations';
import { openApiReference } from './openapi/reference';
import { openApiTypes } from './openapi/types';

type ReadableContract = Exclude<ContractReading, { kind: 'refused' }>;

const MOST_OPERATIONS = 5000;

/** A spec that can be built upon, and what is made of it. */
export interface ContractSpec {
  readonly reading: ReadableContract;
  /** The spec's one spelling: canonical JSON, or SDL in order. Its sha-256 names the contract. */
  readonly text: string;
  readonly hash: string;
  readonly file: { readonly path: string; readonly mediaType: string };
  readonly operations: readonly ContractOperation[];
  types(): Promise<string>;
  reference(about: { readonly name: string; readonly hash: string }): Promise<string>;
  mock(): Promise<MockScript>;
}

export async function contractSpec(reading: ReadableContract): Promise<ContractSpec> {
  return reading.kind === 'openapi' ? openApiSpec(reading) : graphqlSpec(reading);
}

function openApiSpec(reading: Extract<ReadableContract, { kind: 'openapi' }>): ContractSpec {
  const text = canonicalJson(reading.document);
  // In the order of its one spelling: whatever is made of it is the same for the same hash.
  const document = recordOf(JSON.parse(text));
  return {
    reading,
    text,
    hash: hashOf(text),
    file: { path: BUNDLE_FILES.openapi, mediaType: 'application/json' },
    operations: operationsOf(document)
      .slice(0, MOST_OPERATIONS)
      .map(({ name, id, summary }) => ({
        name: name.slice(0, 500),
        id: id?.slice(0, 500) ?? null,
        summary: summary.slice(0, 500),
      })),
    types: () => openApiTypes(document),
    reference: (about) => Promise.resolve(openApiReference(document, about)),
    mock: () => Promise.resolve(openApiMock(document)),
  };
}

async function graphqlSpec(reading: Extract<ReadableContract, { kind: 'graphql' }>): Promise<ContractSpec> {
  const schema = await schemaOf(reading.sdl);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return {
    reading,
    text: reading.sdl,
    hash: hashOf(reading.sdl),
    file: { path: BUNDLE_FILES.graphql, mediaType: 'application/graphql' },
    operations: roots
      .flatMap((root) =>
        Object.values(root?.getFields() ?? {}).map((field): ContractOperation => ({
          name: `${root?.name ?? ''}.${field.name}`.slice(0, 500),
          id: null,
          summary: (field.description ?? '').replace(/\s+/g, ' ').slice(0, 500),
        })),
      )
      .slice(0, MOST_OPERATIONS),
    types: () => graphqlTypes(schema),
    reference: (about) => graphqlReference(schema, about),
    mock: () => graphqlMock(schema),
  };
}

/** The schema of SDL that was read before. */
export async function schemaOf(sdl: string): Promise<GraphQLSchema> {
  const { buildSchema } = await import('graphql');
  return buildSchema(sdl, { assumeValidSDL: true });
}

/** What is different, for the changelog. A contract in another language is a new one. */
export async function differencesBetween(
  before: ContractSpec,
  after: ContractSpec,
): Promise<ContractChanges | null> {
  if (before.reading.kind === 'openapi' && after.reading.kind === 'openapi') {
    return openApiDifferences(before.reading.document, after.reading.document);
  }
  if (before.reading.kind === 'graphql' && after.reading.kind === 'graphql') {
    return graphqlDifferences(await schemaOf(before.reading.sdl), await schemaOf(after.reading.sdl));
  }
  return null;
}

/** What clients of `before` lose; few enough to travel. */
export async function breakingBetween(
  compatibility: Compatibility,
  path: string,
  before: ContractSpec | null,
  after: ContractSpec,
): Promise<BreakingChange[]> {
  if (before === null || before.hash === after.hash) return [];
  if (before.reading.kind === 'openapi' && after.reading.kind === 'openapi') {
    // The same rules as Compatibility has, over what is parsed already.
    return breakingForHistory(openApiChanges(path, before.reading.document, after.reading.document));
  }
  if (before.reading.kind !== after.reading.kind) {
    const [was, is] = [before.reading.kind, after.reading.kind];
    return [breakingChange('api', path, `the contract was ${was} and is ${is}`)];
  }
  const file = /\.(?:graphqls?|gql)$/.test(path) ? path : `${path}/${BUNDLE_FILES.graphql}`;
  const compared = await compatibility.compareSpecs({ path: file, before: before.text, after: after.text });
  return compared.kind === 'compared' ? breakingForHistory(compared.changes) : [];
}

/** Lower-case hex sha-256. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
