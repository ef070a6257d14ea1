import { BUNDLE_FILES } from '../domain/contract/contract-bundle';
import { NO_SETTINGS } from '../domain/quality-gate/gate-settings';
import type { Compatibility } from '../ports/compatibility';
import type {
  BundleText,
  CommitFiles,
  ContractPlace,
  Contracts,
  ExerciseContract,
  ReadContract,
} from '../ports/contracts';
import { announce } from './announce';
import { renderChangelog, summariseChanges } from './changelog';
import { findSpec } from './find-spec';
import { mockServer } from './mock-server';
import { TypesImpossible } from './openapi/types';
import { breakingBetween, contractSpec, differencesBetween, type ContractSpec } from './spec';
import { testContract } from './test-contract';

/** What contracts are made with; the gate reads specs and speaks to services. */
export interface ContractSetting {
  readonly readContract: ReadContract;
  readonly exercise: ExerciseContract;
  readonly compatibility: Compatibility;
  /** Value of a variable of this worker. */
  readonly secretOf: (name: string) => string | undefined;
}

export function createContracts(setting: ContractSetting): Contracts {
  const { readContract, compatibility } = setting;
  /** The spec of the base, wherever it was then; null: none that anybody could build upon. */
  const baseOf = async ({ survey, base }: ContractPlace, path: string): Promise<ContractSpec | null> => {
    const { api } = survey.gate ?? NO_SETTINGS;
    const known = api?.from === 'file' ? api.spec : survey.apiSpec;
    for (const candidate of new Set([path, ...(known === null ? [] : [known.replace(/^\.\//, '')])])) {
      if (!(await isThere(base, candidate))) continue;
      const reading = await readContract(candidate, base);
      return reading.kind === 'refused' ? null : contractSpec(reading);
    }
    return null;
  };

  return {
    inspect: async (request) => {
      const path = await findSpec(request);
      if (path === null) {
        const reason = 'the repository has no API spec, and the commit brings none (OpenAPI 3 or GraphQL)';
        return { outcome: 'none', reason };
      }
      const reading = await readContract(path, request.commit);
      if (reading.kind === 'refused') return { outcome: 'refused', path, problems: [...reading.problems] };
      const spec = await contractSpec(reading);
      const unusable = await unusableBecause(spec);
      if (unusable !== null) return { outcome: 'refused', path, problems: [`${path} · ${unusable}`] };
      const before = await baseOf(request, path);
      return {
        outcome: 'usable',
        kind: reading.kind,
        path,
        hash: spec.hash,
        changed: before?.hash !== spec.hash,
        operations: spec.operations.length,
        breaking: await breakingBetween(compatibility, path, before, spec),
      };
    },

    publish: async (request) => {
      const { path, name, revision, hash } = request;
      const reading = await readContract(path, request.commit);
      if (reading.kind === 'refused')
        throw new Error(`${path} cannot be published: ${reading.problems[0] ?? ''}`);
      const spec = await contractSpec(reading);
      if (spec.hash !== hash) {
        throw new Error(
          `${path} has the hash ${spec.hash}, and ${hash} was to be published; inspect it again.`,
        );
      }
      const before = await baseOf(request, path);
      const breaking = await breakingBetween(compatibility, path, before, spec);
      const changes = before === null ? null : await differencesBetween(before, spec);
      const names = spec.operations.map((operation) => operation.name);
      const files: BundleText[] = [
        { ...spec.file, text: spec.text },
        ...reading.sources.map(({ path: source, text }) => ({
          path: `${BUNDLE_FILES.original}/${source}`,
          text,
          mediaType: 'text/plain',
        })),
        { path: BUNDLE_FILES.reference, text: await spec.reference({ name, hash }), mediaType: 'text/html' },
        { path: BUNDLE_FILES.types, text: await spec.types(), mediaType: 'text/x-typescript' },
        {
          path: BUNDLE_FILES.mock,
          text: mockServer(name, hash, await spec.mock()),
          mediaType: 'text/javascript',
        },
        {
          path: BUNDLE_FILES.changelog,
          text: renderChangelog({ name, revision, hash }, changes, breaking, names),
          mediaType: 'text/markdown',
        },
      ];
      return {
        manifest: {
          name,
          revision,
          hash,
          kind: reading.kind,
          source: path,
          operations: [...spec.operations],
          breaking,
        },
        files,
        summary: summariseChanges(changes, breaking, spec.operations.length),
      };
    },

    announce: ({ webhook, news, signal }) => announce({ webhook, news, signal, secretOf: setting.secretOf }),
    test: (request) => testContract(setting.exercise, request),
  };
}

async function isThere(files: CommitFiles, path: string): Promise<boolean> {
  if ((await files.read(path)) !== null) return true;
  return (await files.list()).some((name) => name.startsWith(`${path}/`));
}

/** Consumers get types; a spec they cannot be made of is told now, not when it is published. */
async function unusableBecause(spec: ContractSpec): Promise<string | null> {
  try {
    await spec.types();
    return null;
  } catch (error) {
    if (!(error instanceof TypesImpossible)) throw error;
    return `no types can be generated: ${error.message} (types)`;
  }
}
