import { posix } from 'node:path';
import { sidesOf } from './migration-sides';

/** One way of a migration: the file it is in, the line its SQL begins on, and whether the file asks for no transaction. */
export interface MigrationScript {
  readonly path: string;
  readonly line: number;
  readonly sql: string;
  readonly transaction: boolean;
}

export interface SqlMigration {
  /** As it is written: `0003`, `20240101120000`, `1.2`; empty for one that is repeated. */
  readonly version: string;
  readonly name: string;
  readonly up: MigrationScript;
  readonly down: MigrationScript | null;
  /** Run again whenever it changes, after all others. */
  readonly repeatable: boolean;
}

/** What is wrong with the files themselves. */
interface PlanProblem {
  readonly kind: 'duplicate-number' | 'missing-number' | 'down-without-up' | 'unreadable-name';
  readonly path: string;
  readonly text: string;
}

export interface MigrationPlan {
  readonly migrations: readonly SqlMigration[];
  readonly problems: readonly PlanProblem[];
}

export interface MigrationSource {
  readonly path: string;
  readonly text: string;
}

interface NamedFile {
  readonly version: string;
  readonly name: string;
  readonly side: 'up' | 'down' | 'both' | 'repeatable';
}

// First match wins.
const NAMES: readonly {
  readonly pattern: RegExp;
  readonly read: (groups: readonly string[]) => NamedFile;
}[] = [
  {
    pattern: /^V([\d._]+?)__(.+)\.sql$/i,
    read: ([version = '', name = '']) => ({ version: version.replaceAll('_', '.'), name, side: 'up' }),
  },
  {
    pattern: /^U([\d._]+?)__(.+)\.sql$/i,
    read: ([version = '', name = '']) => ({ version: version.replaceAll('_', '.'), name, side: 'down' }),
  },
  {
    pattern: /^R__(.+)\.sql$/i,
    read: ([name = '']) => ({ version: '', name, side: 'repeatable' }),
  },
  {
    pattern: /^(\d+)[._-](do|undo)(?:[._-](.+))?\.sql$/i,
    read: ([version = '', side = '', name = '']) => ({
      version,
      name,
      side: side.toLowerCase() === 'do' ? 'up' : 'down',
    }),
  },
  {
    pattern: /^(\d+)(?:[._-](.+?))?[._-](up|down|rollback|undo)\.sql$/i,
    read: ([version = '', name = '', side = '']) => ({
      version,
      name,
      side: side.toLowerCase() === 'up' ? 'up' : 'down',
    }),
  },
  {
    pattern: /^(\d+)(?:[._-](.+))?\.sql$/,
    read: ([version = '', name = '']) => ({ version, name, side: 'both' }),
  },
];

/** Reads the name of a migration file; null for one that is none. */
export function readMigrationName(path: string): NamedFile | null {
  // Prisma keeps each migration in a folder of its own.
  const isFolder = /\/\d+_[^/]+\/migration\.sql$/.test(path);
  const base = isFolder ? `${posix.basename(posix.dirname(path))}.sql` : posix.basename(path);
  for (const { pattern, read } of NAMES) {
    const match = pattern.exec(base);
    if (match !== null) return read(match.slice(1));
  }
  return null;
}

/** Numeric order of versions: 2 before 10, 1.2 before 1.10. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(BigInt)) as [bigint[], bigint[]];
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const [x, y] = [left[part] ?? 0n, right[part] ?? 0n];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/**
 * The migrations of a folder of SQL files, in the order of their numbers: pairs of up and down files, files with two
 * sections (dbmate, goose, node-pg-migrate), Flyway's and Postgrator's names. Files that fit none are told.
 */
export function planMigrations(files: readonly MigrationSource[]): MigrationPlan {
  const problems: PlanProblem[] = [];
  const ups = new Map<string, { readonly named: NamedFile; readonly up: MigrationScript }>();
  const downs = new Map<string, MigrationScript>();
  const repeatable: SqlMigration[] = [];
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const named = readMigrationName(path);
    if (named === null) {
      problems.push({
        kind: 'unreadable-name',
        path,
        text: `${path} has no number in front of its name, so its place in the order is not known`,
      });
      continue;
    }
    const whole: MigrationScript = { path, line: 1, sql: text, transaction: true };
    if (named.side === 'repeatable') {
      repeatable.push({ version: '', name: named.name, up: whole, down: null, repeatable: true });
      continue;
    }
    const sides = named.side === 'both' || named.side === 'up' ? sidesOf(path, text) : null;
    const key = keyOf(named.version);
    const up = sides?.up ?? whole;
    const down = named.side === 'down' ? whole : (sides?.down ?? null);
    const taken = named.side === 'down' ? undefined : ups.get(key);
    if (taken !== undefined) {
      problems.push({
        kind: 'duplicate-number',
        path,
        text: `${path} has the number ${named.version}, which ${taken.up.path} has too`,
      });
    }
    // Two with one number still both run, in the order of their names.
    const place = taken === undefined ? key : `${key}\0${path}`;
    if (named.side !== 'down') ups.set(place, { named, up });
    if (down !== null) downs.set(named.side === 'down' ? key : place, down);
  }
  for (const [key, down] of downs) {
    if (ups.has(key)) continue;
    problems.push({
      kind: 'down-without-up',
      path: down.path,
      text: `${down.path} undoes a migration that is not there`,
    });
  }
  const versioned = [...ups]
    .map(([key, { named, up }]) => ({
      version: named.version,
      name: named.name,
      up,
      down: downs.get(key) ?? null,
      repeatable: false,
    }))
    .sort((a, b) => compareVersions(a.version, b.version) || (a.up.path < b.up.path ? -1 : 1));
  return { migrations: [...versioned, ...repeatable], problems: [...problems, ...gapsOf(versioned)] };
}

function keyOf(version: string): string {
  return version
    .split('.')
    .map((part) => String(BigInt(part === '' ? '0' : part)))
    .join('.');
}

/** Numbers left out between the first and the last; time stamps are not counted on. */
function gapsOf(migrations: readonly SqlMigration[]): PlanProblem[] {
  if (migrations.some(({ version }) => !/^\d{1,5}$/.test(version))) return [];
  return migrations.flatMap(({ version, up }, index): PlanProblem[] => {
    const before = migrations[index - 1];
    if (before === undefined || Number(version) - Number(before.version) <= 1) return [];
    // A scheme that counts in tens leaves gaps on purpose.
    const steps = migrations
      .slice(1)
      .map((row, at) => Number(row.version) - Number(migrations[at]?.version ?? 0));
    if (steps.every((step) => step === steps[0] || step % 10 === 0)) return [];
    const missing = String(Number(before.version) + 1).padStart(version.length, '0');
    return [
      {
        kind: 'missing-number',
        path: up.path,
        text: `${up.path} comes after ${before.up.path}; ${missing} is missing`,
      },
    ];
  });
}
