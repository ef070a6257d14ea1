import { openApiChanges } from '../../../domain/contract/openapi-changes';
import { recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import { CannotTell } from '../../checker';
import { GRAPHQL_FILE, type GraphqlDescription, type OpenApiDescription } from '../../facts/api-description';
import { describeOpenApi } from '../../facts/api/describe-openapi';
import type { Changes } from '../../facts/changes';
import type { Inspection } from '../../inspection';
import type { SpecFinding } from './spec-checker';
import { textOf } from './spec-reading';
import { versionIn } from './version-signs';

/** What clients of the base lose though the version is still the same. */
export async function findBreakingOpenApi(
  api: OpenApiDescription,
  inspection: Inspection,
): Promise<readonly SpecFinding[]> {
  const before = await describeBase(api, inspection);
  return before === null ? [] : breakingChanges(api, before);
}

/** The document of the base; null where there is none to compare with, or it reads the same. */
export async function describeBase(
  api: OpenApiDescription,
  inspection: Inspection,
): Promise<JsonRecord | null> {
  const changes = await changesOf(api, inspection);
  const text = (await changes?.readBase(api.source)) ?? null;
  if (changes === null || text === null || text === api.text) return null;
  try {
    const { source, from } = api;
    const read = (path: string): Promise<string | null> => changes.readBase(path);
    return (await describeOpenApi({ source, from, text, basePath: null, read })).document;
  } catch (error) {
    if (error instanceof CannotTell) return null; // nobody could rely on what could not be read
    throw error;
  }
}

/** The same from two documents; a raised major version, or a path moved to a later one, breaks nobody. */
export function breakingChanges(
  { source, document, operations }: Pick<OpenApiDescription, 'source' | 'document' | 'operations'>,
  before: JsonRecord,
): SpecFinding[] {
  const promised = stillPromised(before, document);
  if (promised === null) return [];
  return openApiChanges(source, promised, document).map(({ where, what }) => ({
    key: `breaking ${where}: ${what}`,
    text: `${where}: ${what}, and the version is the same`,
    at: operations.find(({ pointer }) => where.includes(` ${String(pointer[1])}`))?.pointer ?? ['paths'],
  }));
}

/** What of the base its clients may still count on; null where a raised major version says that it is over. */
export function stillPromised(before: JsonRecord, after: JsonRecord): JsonRecord | null {
  if (isRaised(recordOf(before['info'])['version'], recordOf(after['info'])['version'])) return null;
  return withoutMoved(before, after);
}

function isRaised(before: unknown, after: unknown): boolean {
  const [oldMajor = 0, oldMinor = 0] = numbersOf(before);
  const [major = 0, minor = 0] = numbersOf(after);
  return major > oldMajor || (oldMajor === 0 && major === 0 && minor > oldMinor);
}

const numbersOf = (version: unknown): number[] => (textOf(version).match(/\d+/g) ?? []).map(Number);

/** Paths of the base that stand under a later version now. */
function withoutMoved(before: JsonRecord, after: JsonRecord): JsonRecord {
  const there = Object.keys(recordOf(after['paths']));
  const paths = Object.entries(recordOf(before['paths'])).filter(([path]) => {
    const version = versionIn(path);
    if (version === null || there.includes(path)) return true;
    return !there.some((other) => {
      const later = versionIn(other);
      return (
        later !== null &&
        Number(/\d+/.exec(later)?.[0]) > Number(/\d+/.exec(version)?.[0]) &&
        other.replace(later, version) === path
      );
    });
  });
  return { ...before, paths: Object.fromEntries(paths) };
}

/** What clients of the base schema lose; what was deprecated there may go. */
export async function findBreakingGraphql(
  api: GraphqlDescription,
  inspection: Inspection,
): Promise<readonly SpecFinding[]> {
  const changes = await changesOf(api, inspection);
  if (changes === null) return [];
  const text = await baseSchema(api.source, inspection, changes);
  if (text === '' || text === api.text) return [];
  return breakingSchema(api.source, text, api.text);
}

/** The same from two schemas in SDL. */
export async function breakingSchema(source: string, before: string, after: string): Promise<SpecFinding[]> {
  const { buildSchema, findBreakingChanges, isObjectType, isInterfaceType, specifiedScalarTypes } =
    await import('graphql');
  const read = (text: string): ReturnType<typeof buildSchema> =>
    buildSchema(text, { assumeValidSDL: true, noLocation: true });
  let old: ReturnType<typeof buildSchema>;
  try {
    old = read(before);
  } catch {
    return [];
  }
  const scalars = specifiedScalarTypes.map(({ name }) => `Standard scalar ${name} `);
  const deprecated = Object.values(old.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields())
          .filter((field) => field.deprecationReason !== undefined && field.deprecationReason !== null)
          .map((field) => `${type.name}.${field.name} was removed`)
      : [],
  );
  return findBreakingChanges(old, read(after))
    .map(({ description }) => description)
    .filter((description) => !scalars.some((scalar) => description.startsWith(scalar)))
    .filter((description) => !deprecated.some((gone) => description.startsWith(gone)))
    .map((description) => ({ key: `breaking ${description}`, text: `${source}: ${description}`, line: 1 }));
}

async function baseSchema(source: string, inspection: Inspection, changes: Changes): Promise<string> {
  if (GRAPHQL_FILE.test(source)) return (await changes.readBase(source)) ?? '';
  const { paths } = await inspection.files();
  const names = new Set(
    [...paths, ...changes.files.map(({ path }) => path)].filter(
      (path) => path.startsWith(`${source}/`) && GRAPHQL_FILE.test(path),
    ),
  );
  const texts = await Promise.all([...names].sort().map((name) => changes.readBase(name)));
  return texts.filter((text) => text !== null).join('\n');
}

/** Null where there is nothing to compare with. */
async function changesOf(
  { from }: Pick<OpenApiDescription, 'from'>,
  inspection: Inspection,
): Promise<Changes | null> {
  const { commit, base } = inspection.target;
  return from === 'endpoint' || commit === base ? null : inspection.changes();
}
