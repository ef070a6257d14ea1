// Needs npm and pip with their registries, Python 3.11 and a PostgreSQL of the chain; bubblewrap when it is there.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RehearsalReport } from '../../../src/domain/database/rehearsal';
import { type GateOfFolders, openGateOfFolders } from '../gate-of-folders';
import { column, designOf, reportOf } from './support';

const FIXTURES = join(__dirname, '../../fixtures/migration-tools');

let gates: GateOfFolders;
beforeAll(async () => {
  gates = await openGateOfFolders();
});
afterAll(() => gates.close());

/** A service with one table, and the migration that adds a column to it, run by the real tool. */
async function rehearsed(tool: string, wayBack: boolean): Promise<RehearsalReport> {
  const folder = join(gates.base, tool);
  cpSync(join(FIXTURES, tool, 'base'), folder, { recursive: true });
  if (existsSync(join(folder, 'package.json')))
    execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'pipe',
    });
  const design = designOf(
    [{ columns: [column('age', 'int4')] }],
    wayBack ? {} : { irreversible: 'The tool goes forward only; a later migration takes its place.' },
  );
  return reportOf(
    await gates.rehearse(
      folder,
      () => cpSync(join(FIXTURES, tool, 'change'), folder, { recursive: true }),
      design,
    ),
  );
}

const stepsOf = (report: RehearsalReport): string[] =>
  report.actions
    .filter(({ name }) => !name.startsWith('tests of'))
    .map(({ name, outcome }) => `${name}: ${outcome}`);

describe.each(['knex', 'node-pg-migrate', 'alembic', 'django'])('a migration of %s', (tool) => {
  test('goes up, down and up again with rows, and comes back to where it was', async () => {
    const report = await rehearsed(tool, true);
    expect(report.problems).toEqual([]);
    expect(report.tool).toBe(tool);
    expect(stepsOf(report)).toEqual([
      'schema of the base: done',
      'names: done',
      'rules about migrations: done',
      'up without rows: done',
      'design against schema: done',
      'schema rules: done',
      'rows: done',
      'up with rows: done',
      'rows after up: done',
      'down with rows: done',
      'rows after down: done',
      'up again: done',
    ]);
  }, 400_000);
});

describe.each(['drizzle', 'flyway'])('a migration of %s, which goes forward only', (tool) => {
  test('goes up with rows where the design says what replaces the way back', async () => {
    const report = await rehearsed(tool, false);
    expect(report.problems).toEqual([]);
    expect(report.tool).toBe(tool);
    expect(stepsOf(report)).toEqual(
      expect.arrayContaining(['up without rows: done', 'design against schema: done', 'up with rows: done']),
    );
  }, 400_000);
});
