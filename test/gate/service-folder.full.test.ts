// Needs git, npm with its registry and a PostgreSQL of the chain; bubblewrap when it is there.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { judgeItems } from '../../src/domain/gate-verdict';
import type { GateReport } from '../../src/domain/receipt';
import { createGateRunner } from '../../src/gate/gate-runner';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { surveyFiles } from '../../src/survey/survey-files';
import { type Checking, openChecking } from '../../src/worker/checking';
import { commitAll } from './support';

const EXPRESS = join(__dirname, '../../bench/gates/services/express');
const Configuration = z.looseObject({ services: z.tuple([z.looseObject({})]) });

let base: string;
let checking: Checking;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'service-folder-'));
  const environment = readEnvironment();
  checking = await openChecking({
    environment,
    home: { ...resolveHome(environment), home: join(base, 'home') },
    store: createDirectoryBlobStore(join(base, 'blobs')),
  });
});
afterAll(async () => {
  await checking.stop();
  rmSync(base, { recursive: true, force: true });
});

/** The service in that folder of a repository of its own, its configuration at the root. */
function repositoryWith(name: string, folder: string): string {
  const checkout = join(base, name);
  mkdirSync(checkout);
  const service = join(checkout, folder);
  cpSync(EXPRESS, service, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|coverage)$/.test(path),
  });
  if (folder === '.') return checkout;
  const [from, to] = [join(service, 'coordinator.config.json'), join(checkout, 'coordinator.config.json')];
  renameSync(from, to);
  const configuration = Configuration.parse(JSON.parse(readFileSync(to, 'utf8')));
  const services = configuration.services.map((row) => ({ ...row, path: folder }));
  writeFileSync(to, JSON.stringify({ ...configuration, services }));
  return checkout;
}

async function gate(
  checkout: string,
  change?: { readonly files: Readonly<Record<string, string>> },
): Promise<GateReport> {
  const gitDir = `${checkout}.git`;
  const first = commitAll(checkout, gitDir);
  const files = readdirSync(checkout, { recursive: true, encoding: 'utf8' });
  const read = (path: string): string | null =>
    files.includes(path) ? readFileSync(join(checkout, path), 'utf8') : null;
  const survey = surveyFiles({ files, read });
  let target = first;
  if (change !== undefined) {
    cpSync(checkout, `${checkout}-base`, { recursive: true });
    for (const [path, text] of Object.entries(change.files)) {
      mkdirSync(join(checkout, path, '..'), { recursive: true });
      writeFileSync(join(checkout, path), text);
    }
    target = commitAll(checkout, gitDir);
  }
  return createGateRunner(checking.setting).run({
    target: { path: checkout, gitDir, ...target, base: first.commit },
    survey,
    scope: 'objective',
    ...(change === undefined
      ? {}
      : {
          base: {
            commit: first.commit,
            open: () => Promise.resolve({ path: `${checkout}-base`, dispose: () => Promise.resolve() }),
          },
          only: ['no-hardcoded-secrets', 'indexes', 'style-guide', 'migrations-tested'] as const,
        }),
    signal: new AbortController().signal,
  });
}

const verdicts = ({ receipts }: GateReport): Record<string, string> =>
  Object.fromEntries([
    ...receipts.flatMap(({ subject, verdict }) =>
      subject === 'build' || subject === 'tests' ? [[subject, verdict] as const] : [],
    ),
    ...judgeItems(receipts).map(({ item, verdict }) => [item.slug, verdict] as const),
  ]);

test('a service in a folder of its own gets the verdicts it gets at the root', async () => {
  const [atRoot, inFolder] = [
    await gate(repositoryWith('root', '.')),
    await gate(repositoryWith('monorepo', 'services/api')),
  ];
  expect(verdicts(inFolder)).toEqual(verdicts(atRoot));
  expect(Object.values(verdicts(inFolder)).filter((verdict) => verdict === 'pass').length).toBeGreaterThan(
    25,
  );
});

test('what is new in its folder is red by the paths of the repository, what is new beside it is nobody’s', async () => {
  const secret = `exports.token = 'ghp_${'a1B2c3D4e5'.repeat(3)}f6G7h8';\n`;
  const report = await gate(repositoryWith('changed', 'services/api'), {
    files: {
      'services/api/src/leak.js': secret,
      'services/api2/src/leak.js': secret,
      'src/leak.js': secret,
      'services/api/migrations/0003_tags.up.sql':
        'CREATE TABLE tags (id bigserial PRIMARY KEY, note_id bigint NOT NULL REFERENCES notes (id));\n',
      'services/api/migrations/0003_tags.down.sql': 'SELECT 1;\n',
    },
  });
  const found = report.receipts.flatMap(({ subject, isNew, findings }) =>
    isNew === true ? (findings ?? []).map(({ file }) => `${subject} ${file ?? ''}`) : [],
  );
  expect(found).toContain('no-hardcoded-secrets services/api/src/leak.js');
  expect(found).toContain('migrations-tested services/api/migrations/0003_tags.down.sql');
  expect(found.filter((row) => /api2| src\//.test(row))).toEqual([]);
  expect(verdicts(report)['indexes']).toBe('fail');
});
