import { breakingChange, type BreakingChange } from '../contract/breaking-change';
import { sqlStatements } from './sql-statements';

/** A migration file as it is, and as it was in the base; null: it was not there. */
export interface MigrationFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

const DOWN_FILE = /(?:^|[/._-])(?:down|undo|rollback)\.sql$|(?:^|\/)U[0-9][^/]*__[^/]*\.sql$/i;
const SIDE =
  /^[ \t]*--[ \t]*(?:migrate:(up|down)\b|\+(?:goose|migrate)[ \t]+(up|down)\b|(up|down)[ \t]+migration\b)/i;
const MIGRATION_FOLDER = /(?:^|\/)(?:db\/)?(?:migrations?|migrate)\//;

/** Whether a path is an SQL migration; `dir` is where the repository keeps them, null: nobody knows. */
export function isMigration(path: string, dir: string | null): boolean {
  if (!path.endsWith('.sql')) return false;
  return dir === null ? MIGRATION_FOLDER.test(path) : dir === '.' || path.startsWith(`${dir}/`);
}

/** The part of a migration that is run on the way up: files and sections of the way down are left out. */
function upSide(path: string, text: string): string {
  if (DOWN_FILE.test(path)) return '';
  let down = false;
  return text
    .split('\n')
    .filter((line) => {
      const side = SIDE.exec(line);
      if (side !== null) down = (side[1] ?? side[2] ?? side[3])?.toLowerCase() === 'down';
      return !down;
    })
    .join('\n');
}

const NAME = String.raw`(?:"[^"]*"|\`[^\`]*\`|[\w.$])+`;
const CREATED = new RegExp(
  `^create (?:(?:global |local )?(?:temp|temporary) |unlogged )?table (?:if not exists )?(${NAME})`,
  'i',
);
const DROP_TABLE = /^drop (?:foreign )?table (?:if exists )?(.+?)(?: cascade| restrict)?$/i;
const DROP_SCHEMA = /^drop (schema|database) (?:if exists )?(.+?)(?: cascade| restrict| with .*)?$/i;
const TRUNCATE =
  /^truncate (?:table )?(?:only )?(.+?)(?: restart identity| continue identity)?(?: cascade| restrict)?$/i;
const DELETE = new RegExp(String.raw`\bdelete from (?:only )?(${NAME})(.*)$`, 'i');
const ALTER_TABLE = new RegExp(`^alter table (?:if exists )?(?:only )?(${NAME}) (.*)$`, 'i');

const plainName = (name: string): string =>
  name
    .trim()
    .replace(/["`*]/g, '')
    .trim()
    .toLowerCase()
    .replace(/^public\./, '');
const namesOf = (list: string): string[] => list.split(',').map(plainName);

/** The comma-separated actions of an ALTER TABLE; commas in parentheses belong to one action. */
export function actionsOf(text: string): string[] {
  const actions: string[] = [];
  let depth = 0;
  let begin = 0;
  for (const { index, 0: mark } of text.matchAll(/[(),]/g)) {
    if (mark === '(') depth += 1;
    else if (mark === ')') depth -= 1;
    else if (depth === 0) {
      actions.push(text.slice(begin, index).trim());
      begin = index + 1;
    }
  }
  return [...actions, text.slice(begin).trim()];
}

const KEPT_DATA =
  /^drop (?:constraint|index|key|primary|foreign|check|partition|default|not|expression|identity)\b/i;

/** What one action of an ALTER TABLE takes away, given all of them; null: nothing. */
export function harmOfAction(action: string, all: readonly string[]): string | null {
  const [, dropped] = KEPT_DATA.test(action)
    ? []
    : (/^drop (?:column )?(?:if exists )?([^ ]+)/i.exec(action) ?? []);
  if (dropped !== undefined) return `drops column ${plainName(dropped)}`;
  const [, retyped] =
    /^alter (?:column )?([^ ]+) (?:set data )?type\b/i.exec(action) ??
    /^(?:modify|change) (?:column )?([^ ]+)/i.exec(action) ??
    [];
  if (retyped !== undefined) return `changes the type of column ${plainName(retyped)}`;
  const [, required] = /^alter (?:column )?([^ ]+) set not null$/i.exec(action) ?? [];
  if (required !== undefined) {
    const filled = all.some(
      (other) =>
        plainName(/^alter (?:column )?([^ ]+) set default\b/i.exec(other)?.[1] ?? '') === plainName(required),
    );
    return filled ? null : `makes column ${plainName(required)} NOT NULL without a default`;
  }
  const [, added] =
    /^add (?:column )?(?:if not exists )?([^ ]+) (?!.*\b(?:default|generated|(?:small|big)?serial)\b).*\bnot null\b/i.exec(
      action,
    ) ?? [];
  if (added !== undefined && !/^(?:constraint|check|primary|unique|foreign|exclude)$/i.test(added))
    return `adds column ${plainName(added)} NOT NULL without a default`;
  return null;
}

function harmsOf(statement: string, created: ReadonlySet<string>): string[] {
  const old = (names: readonly string[]): string[] => names.filter((name) => !created.has(name));
  const [, dropped] = DROP_TABLE.exec(statement) ?? [];
  if (dropped !== undefined) return old(namesOf(dropped)).map((name) => `drops table ${name}`);
  const [, whole, name] = DROP_SCHEMA.exec(statement) ?? [];
  if (whole !== undefined && name !== undefined) return [`drops ${whole.toLowerCase()} ${plainName(name)}`];
  const [, emptied] = TRUNCATE.exec(statement) ?? [];
  if (emptied !== undefined) return old(namesOf(emptied)).map((table) => `empties table ${table}`);
  const [, altered, actions] = ALTER_TABLE.exec(statement) ?? [];
  if (altered !== undefined && actions !== undefined) {
    const table = plainName(altered);
    if (created.has(table)) return [];
    const all = actionsOf(actions);
    return all
      .map((action) => harmOfAction(action, all))
      .filter((harm) => harm !== null)
      .map((harm) => `${harm} of table ${table}`);
  }
  const [, deleted, rest = ''] = /^create\b/i.test(statement) ? [] : (DELETE.exec(statement) ?? []);
  if (deleted === undefined || /\bwhere\b/i.test(rest)) return [];
  return old([plainName(deleted)]).map((table) => `deletes every row of table ${table}`);
}

function statementsOf(path: string, text: string | null): string[] {
  return text === null ? [] : sqlStatements(upSide(path, text));
}

/** Tables that new migrations make, on the way up. */
export function createdTables(files: readonly MigrationFile[]): ReadonlySet<string> {
  return new Set(
    files
      .filter((file) => file.before === null)
      .flatMap((file) => statementsOf(file.path, file.after))
      .map((statement) => CREATED.exec(statement)?.[1])
      .filter((name) => name !== undefined)
      .map(plainName),
  );
}

/** Statements of the way up that the base's version of the file did not have. */
export function newStatements({ path, before, after }: MigrationFile): string[] {
  const known = new Set(statementsOf(path, before));
  return statementsOf(path, after).filter((statement) => !known.has(statement));
}

/** What new or changed migrations destroy of the data that is there: on the way up, in tables they did not make. */
export function migrationChanges(files: readonly MigrationFile[]): BreakingChange[] {
  const created = createdTables(files);
  return files.flatMap((file) => {
    const harms = newStatements(file).flatMap((statement) => harmsOf(statement, created));
    return [...new Set(harms)].map((harm) => breakingChange('migration', file.path, harm));
  });
}
