import { z } from 'zod';
import { READ_STATEMENTS } from '../../domain/database/in-turn';
import type { ConfinedDatabase } from '../../postgres/postgres-server';
import { openSession } from '../database/session';
import { excerptOf } from '../excerpt';
import type { Inspection } from '../inspection';
import { type InspectionSetting, openInspection } from '../open-inspection';
import { explanationOf } from '../outcome';
import type { TestCopy } from '../recording/test-copies';
import type { CheckRun } from '../run-check';
import type { Template } from './stock';

/** What the tests of one version said on the migrated schema; null: that could not be told, for the reason given. */
export interface VersionTests {
  readonly passed: boolean | null;
  readonly detail: string;
  readonly output: string;
}

const ABOUT_MIGRATIONS = /(?:^|\/)[^/]*migrat[^/]*\.[a-z]+$/i;
const TESTS = /(?:^|\/)(?:tests?|spec|__tests__)\/|[._](?:test|spec)\.[a-z]+$|(?:^|\/)test_[^/]+\.py$/i;
const SHOWN = 1500;

/** The tests of the new tree, given a database with its migrations. */
export async function testNewVersion(
  setting: InspectionSetting,
  here: Inspection,
  migrated: Template,
): Promise<VersionTests> {
  if (here.survey.test === null) return unknown('no test command is known for this repository');
  const first = await testsOn(setting, here, migrated);
  if (first.run.outcome.kind !== 'ran-found') return toldBy(first.run);
  const plain = await testsOn(setting, here, null);
  if (plain.run.outcome.kind === 'ran-found') {
    return { ...toldBy(plain.run), passed: null, detail: 'the tests fail on an empty database too' };
  }
  return plain.run.outcome.kind === 'ran-clean'
    ? unknown(
        'the tests make the schema themselves and refuse a database that has it; on an empty one they pass',
      )
    : { ...toldBy(first.run), passed: false };
}

/**
 * The tests of the base, with the base's code, on the schema the new migrations make: given a migrated database, and with
 * the new migrations among the base's files for tests that make their own. Tests that fail on the base's schema say
 * nothing, nor do tests about the migrations themselves, nor tests that ask no database.
 */
export async function testOldVersion(
  setting: InspectionSetting,
  {
    here,
    there,
    migrated,
    files,
  }: {
    readonly here: Inspection;
    readonly there: Inspection;
    readonly migrated: Template;
    /** The new migrations. */
    readonly files: readonly string[];
  },
): Promise<VersionTests> {
  if (there.survey.test === null) return unknown('no test command is known for the base');
  const sources = await here.files();
  const overlay = async (copy: TestCopy): Promise<void> => {
    for (const path of files) await copy.write(path, await sources.read(path));
  };
  const first = await testsOn(setting, there, migrated, overlay);
  switch (first.run.outcome.kind) {
    case 'ran-clean':
      return first.statements === 0 ? unknown('the tests of the base ask no database') : toldBy(first.run);
    case 'ran-found':
      break;
    case 'could-not-run':
    case 'not-applicable':
      return unknown(`the tests of the base could not be run: ${explanationOf(first.run.outcome)}`);
  }
  const plain = await testsOn(setting, there, null);
  if (plain.run.outcome.kind !== 'ran-clean')
    return unknown('the tests of the base fail on its own schema too');
  const { paths } = await there.files();
  const about = paths.filter((path) => TESTS.test(path) && ABOUT_MIGRATIONS.test(path));
  if (about.length > 0) {
    const others = await testsOn(setting, there, migrated, async (copy) => {
      await overlay(copy);
      for (const path of about) await copy.write(path, null);
    });
    if (others.run.outcome.kind === 'ran-clean')
      return {
        ...toldBy(others.run),
        detail: `${explanationOf(others.run.outcome)}, without ${about.join(', ')}`,
      };
  }
  return toldBy(first.run);
}

const unknown = (detail: string): VersionTests => ({ passed: null, detail, output: '' });

function toldBy({ outcome, output }: CheckRun): VersionTests {
  const passed = outcome.kind === 'ran-clean' ? true : outcome.kind === 'ran-found' ? false : null;
  return { passed, detail: explanationOf(outcome), output: excerptOf(output, SHOWN) };
}

/** Runs a tree's tests in a copy of it; their database is a copy of the template, or empty without one. */
async function testsOn(
  setting: InspectionSetting,
  inspection: Inspection,
  template: Template | null,
  prepare: (copy: TestCopy) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly run: CheckRun; readonly statements: number | null }> {
  let statements: number | null = null;
  const postgres: InspectionSetting['postgres'] = async () => {
    const server = await setting.postgres();
    const create = server.createConfinedDatabase?.bind(server);
    if (create === undefined) return server;
    return {
      adminUrl: server.adminUrl,
      socketDir: server.socketDir,
      createDatabase: () => server.createDatabase(),
      createConfinedDatabase: async (options) => {
        const database = await create(
          template === null ? options : { ...options, copyOf: template.confined },
        );
        return {
          ...database,
          drop: async () => {
            statements = await statementsOf(server.adminUrl, database, inspection.signal);
            await database.drop();
          },
        };
      },
    };
  };
  const { target, survey, signal } = inspection;
  const opened = openInspection({ ...setting, postgres }, { target, survey, signal });
  try {
    await inspection.built();
    const copy = await opened.inspection.testCopy('checkout');
    await prepare(copy);
    const run = await copy.test(survey.testTimeoutMs);
    return { run, statements };
  } finally {
    await opened.dispose();
  }
}

const Counted = z.tuple([z.object({ count: z.coerce.number() })]);

/** Statements that the owner of a database has executed anywhere; null where nobody counts. */
async function statementsOf(
  adminUrl: string,
  { owner }: ConfinedDatabase,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const session = await openSession(adminUrl, signal);
    try {
      await session.rows(READ_STATEMENTS);
      const [row] = Counted.parse(
        await session.rows(
          'SELECT count(*) AS count FROM pg_stat_statements s JOIN pg_catalog.pg_roles r ON r.oid = s.userid WHERE r.rolname = $1',
          [owner],
        ),
      );
      return row.count;
    } finally {
      await session.end();
    }
  } catch {
    signal.throwIfAborted();
    // Without the extension nothing is known, which is no failure.
    return null;
  }
}
