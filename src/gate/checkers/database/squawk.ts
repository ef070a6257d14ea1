import { dirname } from 'node:path';
import { z } from 'zod';
import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell } from '../../checker';
import { readMigrationName } from '../../database/migration-plan';
import { sidesOf } from '../../database/migration-sides';
import { isInside } from '../../database/migrator';
import { headOf, splitSql } from '../../database/split-sql';
import type { Inspection } from '../../inspection';
import { finding } from './migration-finding';

const TIMEOUT_MS = 20_000;

/** Rules about what locks tables or breaks the version that is running; those about style are left to people. */
const RULES = new Set([
  'require-concurrent-index-creation',
  'require-concurrent-index-deletion',
  'constraint-missing-not-valid',
  'changing-column-type',
  'adding-required-field',
  'renaming-column',
  'renaming-table',
  'ban-drop-column',
]);
const CONCURRENTLY = new Set(['require-concurrent-index-creation', 'require-concurrent-index-deletion']);

const Report = z.array(
  z.object({ line: z.number(), rule_name: z.string(), message: z.string(), level: z.string() }),
);

/** What squawk says of new migrations, about tables that exist on the base. @throws CannotTell without squawk */
export async function lintNewMigrations(
  inspection: Inspection,
  folder: string,
  added: readonly string[],
): Promise<GateFinding[]> {
  const scripts = added.filter((path) => path.endsWith('.sql'));
  if (scripts.length === 0) return [];
  const files = await inspection.files();
  const old = new Set<string>();
  for (const path of files.paths) {
    if (added.includes(path) || !path.endsWith('.sql') || !isInside(folder, path)) continue;
    for (const table of createdTables(upOf(path, (await files.read(path)) ?? ''))) old.add(table);
  }
  if (old.size === 0) return [];
  const oneTransaction = await runsInTransactions(inspection, folder);
  const findings: GateFinding[] = [];
  for (const path of scripts) {
    const text = upOf(path, (await files.read(path)) ?? '');
    for (const row of await runSquawk(inspection, path, text)) {
      if (!RULES.has(row.rule_name) || (oneTransaction && CONCURRENTLY.has(row.rule_name))) continue;
      const statement = statementAt(text, row.line + 1);
      const table = tableOf(statement);
      if (table !== null && !old.has(table)) continue;
      findings.push(
        finding(
          `squawk-${row.rule_name}`,
          path,
          `${path}:${row.line + 1} ${row.message} (${statement.slice(0, 120)})`,
          row.line + 1,
        ),
      );
    }
  }
  return findings;
}

async function runSquawk(inspection: Inspection, path: string, sql: string): Promise<z.infer<typeof Report>> {
  const program = await inspection.program('squawk');
  if (program === null)
    throw new CannotTell('squawk is not installed, so new migrations could not be linted');
  const modules = dirname(dirname(dirname(dirname(program))));
  const run = await inspection.run({
    argv: ['node', program, '--reporter', 'json', '--stdin-filepath', path],
    readOnly: [modules],
    stdin: sql === '' ? '\n' : sql,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: 4 * 1024 * 1024,
  });
  inspection.signal.throwIfAborted();
  const parsed = Report.safeParse(parseJson(run.stdout));
  if (!parsed.success) {
    throw new CannotTell(`squawk gave no report on ${path}: ${run.stderr.slice(0, 200) || run.end.kind}`);
  }
  const broken = parsed.data.find(({ level }) => level === 'Error');
  if (broken !== undefined) throw new CannotTell(`squawk cannot read ${path}: ${broken.message}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function upOf(path: string, text: string): string {
  if (readMigrationName(path)?.side === 'down') return '';
  // Lines keep their numbers.
  const { up } = sidesOf(path, text);
  return '\n'.repeat(up.line - 1) + up.sql;
}

const NAME = String.raw`((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)`;
const plain = (name: string): string =>
  name
    .replaceAll('"', '')
    .toLowerCase()
    .replace(/^public\./, '');

function createdTables(sql: string): string[] {
  const pattern = new RegExp(`^create (?:unlogged )?table (?:if not exists )?${NAME}`, 'i');
  return splitSql(sql).flatMap(({ text }) => {
    const name = pattern.exec(headOf(text))?.[1];
    return name === undefined ? [] : [plain(name)];
  });
}

function statementAt(sql: string, line: number): string {
  const before = splitSql(sql).filter((statement) => statement.line <= line);
  return headOf(before.at(-1)?.text ?? '');
}

/** The table a statement is about; null where it does not tell, as for dropping an index. */
function tableOf(statement: string): string | null {
  const found =
    new RegExp(`^alter table (?:if exists )?(?:only )?${NAME}`, 'i').exec(statement) ??
    new RegExp(`^create (?:unique )?index\\b.*? on (?:only )?${NAME}`, 'i').exec(statement);
  return found?.[1] === undefined ? null : plain(found[1]);
}

/** Whether the repository's own runner puts each script into a transaction, in which nothing can be concurrent. */
async function runsInTransactions(inspection: Inspection, folder: string): Promise<boolean> {
  const tool = inspection.survey.migrations?.tool ?? 'sql';
  if (tool !== 'sql-updown' && tool !== 'sql') return false;
  const files = await inspection.files();
  const runners = files.paths.filter(
    (path) =>
      /migrat/i.test(path) &&
      /\.(?:[cm]?[jt]s|py|rb|go|sh)$/.test(path) &&
      !isInside(folder, path) &&
      !/test/i.test(path),
  );
  for (const path of runners.slice(0, 20)) {
    if (/\btransaction|\bbegin\b/i.test((await files.read(path)) ?? '')) return true;
  }
  return false;
}
