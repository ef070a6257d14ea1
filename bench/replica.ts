import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readEnvironment } from '../src/config/environment';
import { resolveHome } from '../src/config/home';
import { packageRoot } from '../src/config/package-root';
import type { MigrationDesign, TableChange } from '../src/domain/database/migration-design';
import { createReplicas } from '../src/gate/replica/replicas';
import { createDirectoryBlobStore } from '../src/store/directory-blob-store';
import { openChecking } from '../src/worker/checking';
import { type Figure, figure } from './figures';
import { createPlantedRepository } from './gates/planted-repository';
import { surveyCheckout } from './gates/run-corpus';

const run = promisify(execFile);
const MIGRATIONS = 'playbooks/auth/files/t002/migrations';
const ROWS = 100_000;

const created = (table: string, columns: readonly string[], indexes: readonly string[]): TableChange => ({
  table,
  change: 'create',
  columns: columns.map((text) => {
    const [name = '', type = '', optional] = text.split(':');
    return { name, change: 'add', type, nullable: optional !== undefined, default: null };
  }),
  indexes: indexes.map((list, at) => ({
    name: `${table}_${at}`,
    change: 'add',
    columns: list.split(','),
    unique: false,
  })),
  constraints: [],
});
const TIME = 'timestamptz(3)';

/** What the sample's migration makes (playbook `auth`, task T002). */
const DESIGN: MigrationDesign = {
  summary: 'users, sessions and tokens',
  tables: [
    created(
      'users',
      [
        'id:uuid',
        'email:text',
        'password_hash:text:?',
        'display_name:text:?',
        `created_at:${TIME}`,
        `disabled_at:${TIME}:?`,
      ],
      ['created_at,id'],
    ),
    created(
      'user_identities',
      ['provider:text', 'subject:text', 'user_id:uuid', `created_at:${TIME}`],
      ['user_id'],
    ),
    created(
      'sessions',
      [
        'id:uuid',
        'user_id:uuid',
        `created_at:${TIME}`,
        `expires_at:${TIME}`,
        `revoked_at:${TIME}:?`,
        'revoke_reason:text:?',
      ],
      ['user_id,created_at', 'expires_at'],
    ),
    created(
      'refresh_tokens',
      ['token_hash:bytea', 'session_id:uuid', `created_at:${TIME}`, `used_at:${TIME}:?`],
      ['session_id'],
    ),
    created(
      'login_grants',
      ['grant_hash:bytea', 'user_id:uuid', `created_at:${TIME}`, `expires_at:${TIME}`],
      ['user_id', 'expires_at'],
    ),
  ],
  queries: [],
  volume: [],
  phase: 'expand',
  backfill: null,
  irreversible: null,
};

/** The migration of the bundled sample on a replica with 100,000 rows: the first time, and once its rows are there. */
export async function benchReplica(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-replica-'));
  const environment = readEnvironment();
  const store = createDirectoryBlobStore(join(folder, 'blobs'));
  const home = { ...resolveHome(environment), home: join(folder, 'home') };
  const checking = await openChecking({ environment, home, store });
  try {
    const repository = await createPlantedRepository('fastify', folder);
    const { clean } = repository;
    const survey = await surveyCheckout(clean.path);
    const work = await repository.plant('migration', []);
    await cp(join(packageRoot(), MIGRATIONS), join(work.path, 'migrations'), { recursive: true });
    const git = async (...args: string[]): Promise<string> =>
      (
        await run('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.test', ...args], {
          cwd: work.path,
        })
      ).stdout.trim();
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Migration');
    const signal = new AbortController().signal;
    const subject = {
      target: {
        path: work.path,
        gitDir: work.gitDir,
        commit: await git('rev-parse', 'HEAD'),
        tree: await git('rev-parse', 'HEAD^{tree}'),
        base: clean.commit,
      },
      base: { path: clean.path, tree: clean.tree },
      survey,
      signal,
    };
    // Installing is measured by the figures of the gate.
    for (const path of [work.path, clean.path])
      await checking.setting.bootstrap.ensure({ path, survey, signal });
    await checking.setting.postgres();
    const replicas = createReplicas(checking.setting);
    const seconds: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      const done = await replicas.rehearse({ ...subject, design: DESIGN, identifier: '0003' });
      if (done.kind !== 'ran') throw new Error(`The rehearsal did not run: ${done.reason}`);
      const { problems, tables } = done.report;
      if (problems.length > 0) throw new Error(problems.map(({ text }) => text).join('; '));
      if (!tables.some(({ rows }) => rows >= ROWS)) throw new Error('The replica has fewer rows than meant.');
      if (process.env['BENCH_TELL'] === '1')
        for (const { name, ms, detail } of done.report.actions)
          process.stderr.write(`  ${name} ${Math.round(ms)} ms ${detail}\n`);
      seconds.push(done.report.seconds);
    }
    return [
      figure('replica rehearsal, 100,000 rows, first', seconds[0] ?? Number.NaN, 's', 20),
      figure('replica rehearsal, 100,000 rows, again', seconds[1] ?? Number.NaN, 's', 20),
    ];
  } finally {
    await checking.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
