// Needs npm with its registry, a PostgreSQL of the chain and the build; bubblewrap when it is there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import { createEngines } from '../../../src/engines/engines';
import { createBootstrap } from '../../../src/gate/bootstrap';
import { PERFORMANCE_CHECKERS } from '../../../src/gate/checkers/performance';
import { observeCaching } from '../../../src/gate/checkers/performance/caching';
import { answersOf } from '../../../src/gate/run-checker';
import { type PostgresServer, startPostgres } from '../../../src/postgres/start-postgres';
import { openSample, type Sample } from '../stage/support';

const ROOT = join(__dirname, '../../..');
let base: string;
let postgres: PostgresServer;
let sample: Sample;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'perf-samples-'));
  postgres = await startPostgres({ path: readEnvironment().path, dataRoot: join(base, 'postgres') });
});
afterEach(() => sample.dispose());
afterAll(async () => {
  await postgres.stop();
  rmSync(base, { recursive: true, force: true });
});

const SAMPLES = ['examples/orders-service', 'bench/gates/services/express', 'examples/catalog-service'];

test.each(SAMPLES)(
  '%s passes all of them',
  async (folder) => {
    const environment = readEnvironment();
    const dependencyStore = join(tmpdir(), 'stage-dev-dependencies');
    sample = await openSample(
      {},
      {
        from: join(ROOT, folder),
        setting: {
          dependencyStore,
          postgres: () => Promise.resolve(postgres),
          bootstrap: createBootstrap({
            store: dependencyStore,
            environment: environment.inherited,
            engines: createEngines({ path: environment.path, environment: environment.inherited }),
          }),
        },
      },
    );
    await sample.inspection.provision();
    for (const checker of PERFORMANCE_CHECKERS) {
      const startedAt = performance.now();
      const { answers } = await answersOf(checker, sample.inspection);
      const ms = Math.round(performance.now() - startedAt);
      console.warn(checker.name, ms, JSON.stringify(answers, null, 1));
    }
    console.warn(JSON.stringify((await observeCaching(sample.inspection)).evidence));
  },
  180_000,
);
