import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompatibility } from '../../src/compatibility/compatibility';
import { readEnvironment } from '../../src/config/environment';
import { createContracts } from '../../src/contracts/contracts';
import { NO_SETTINGS, type GateSettings } from '../../src/domain/quality-gate/gate-settings';
import { ContractTestReport } from '../../src/domain/contract/contract-test-report';
import type { Survey } from '../../src/domain/target/survey';
import { createEngines } from '../../src/engines/engines';
import { createBootstrap } from '../../src/gate/bootstrap';
import { createContractExercise } from '../../src/gate/contract/exercise-contract';
import { readContract } from '../../src/gate/contract/read-contract';
import type { Contracts } from '../../src/ports/contracts';
import { dataFolderFor } from '../../src/postgres/data-folder';
import { startPostgres, type PostgresServer } from '../../src/postgres/start-postgres';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { createSetting, SURVEY } from '../gate/support';
import type { Repository } from '../gate/tests/support';
import { commitOf } from './files';

export const RUN: NonNullable<GateSettings['run']> = {
  cmd: ['node', 'server.js'],
  portEnv: 'PORT',
  health: '/health',
  readyTimeoutMs: 15_000,
  env: {},
  requiredEnv: [],
};

export const surveyWith = (settings: Partial<GateSettings>): Survey => ({
  ...SURVEY,
  gate: { ...NO_SETTINGS, ...settings },
});

type Tested = Awaited<ReturnType<Contracts['test']>>;

/** The contracts of a worker with a real sandbox, and a PostgreSQL where one is asked for. */
export interface ContractBench {
  readonly contracts: Contracts;
  /** The integration test of what was approved, on a tree. */
  test(request: {
    readonly repository: Repository;
    readonly survey: Survey;
    readonly path: string;
    readonly approved: string;
    readonly expectations?: Readonly<Record<string, string>>;
  }): Promise<Tested>;
  dispose(): Promise<void>;
}

export async function openContracts(dependencies: 'none' | 'installed'): Promise<ContractBench> {
  const state = mkdtempSync(join(tmpdir(), 'contract-tests-'));
  const environment = readEnvironment();
  // Dependencies are kept between tests: installing them is not what these tests are about.
  const dependencyStore = dependencies === 'none' ? state : join(tmpdir(), 'gate-tests-dependencies');
  let shared: Promise<PostgresServer> | undefined;
  const start = async (): Promise<PostgresServer> =>
    startPostgres({ path: environment.path, dataRoot: await dataFolderFor(join(state, 'postgres')) });
  const setting = createSetting(state, {
    sandbox: createSandbox(await probeSandbox({ PATH: environment.path })),
    dependencyStore,
    postgres: () => (shared ??= start()),
    bootstrap:
      dependencies === 'none'
        ? {
            ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
            addDependency: () => Promise.reject(new Error('this test adds no dependency')),
          }
        : createBootstrap({
            store: dependencyStore,
            environment: environment.inherited,
            engines: createEngines({ path: environment.path, environment: environment.inherited }),
          }),
  });
  const contracts = createContracts({
    readContract,
    exercise: createContractExercise(setting),
    compatibility: createCompatibility(),
    secretOf: () => undefined,
  });
  return {
    contracts,
    test: async ({ repository, survey, path, approved, expectations = {} }) => {
      const place = { survey, commit: commitOf({ [path]: approved }), base: commitOf({}) };
      const inspected = await contracts.inspect({ ...place, path, changed: [] });
      if (inspected.outcome !== 'usable') throw new Error(JSON.stringify(inspected));
      const { hash, kind } = inspected;
      const published = await contracts.publish({ ...place, path, name: 'api', revision: 1, hash });
      const text = (name: string): string => published.files.find((file) => file.path === name)?.text ?? '';
      const spec = kind === 'openapi' ? 'openapi.json' : 'schema.graphql';
      const tested = await contracts.test({
        target: { ...repository, gitDir: join(repository.path, '.git') },
        survey,
        name: 'api',
        hash,
        contract: { kind, source: spec, text: text(spec) },
        types: text('types.ts'),
        expectations: Object.entries(expectations).map(([name, content]) => ({ path: name, text: content })),
        signal: new AbortController().signal,
      });
      if (tested.kind === 'tested') ContractTestReport.parse(tested.report);
      return tested;
    },
    dispose: async () => {
      await (await shared)?.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
