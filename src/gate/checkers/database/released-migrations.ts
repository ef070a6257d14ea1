import type { GateFinding } from '../../../domain/quality-gate/receipt';
import type { Changes } from '../../facts/changes';
import { compareVersions, readMigrationName } from '../../database/migration-plan';
import { isInside, type Migrator } from '../../database/migrator';
import { sidesOf } from '../../database/migration-sides';
import type { Inspection } from '../../inspection';
import { finding } from './migration-finding';
import { lintNewMigrations } from './squawk';

const PROGRAM = /(?:^|\/)\d[^/]*\.(?:[cm]?[jt]s|py)$/;

/**
 * What the branch does to migrations that others may have applied already, and what is dangerous about new ones: an edit
 * or removal of a released one, a number before one that is released, statements that lock or break what is running.
 */
export async function releasedProblems(
  inspection: Inspection,
  changes: Changes,
  { folder }: Migrator,
  { lint = true }: { readonly lint?: boolean } = {},
): Promise<GateFinding[]> {
  const inside = changes.files.filter(
    ({ path }) =>
      isInside(folder, path) &&
      (path.endsWith('.sql') || PROGRAM.test(path)) &&
      !path.endsWith('__init__.py'),
  );
  const edited = await Promise.all(
    inside.map(async ({ path, kind }): Promise<GateFinding[]> => {
      if (kind === 'added' || isWayDown(path)) return [];
      if (kind === 'deleted') {
        return [
          finding(
            'released-removed',
            path,
            `${path} is on the base and was removed; add a new migration instead`,
          ),
        ];
      }
      const before = await changes.readBase(path);
      const after = await (await inspection.files()).read(path);
      if (before !== null && after !== null && sidesOf(path, before).up.sql === sidesOf(path, after).up.sql)
        return [];
      return [
        finding(
          'released-edited',
          path,
          `${path} is on the base with other content; databases that have it would not get the change, so add a new migration instead`,
        ),
      ];
    }),
  );
  const added = inside
    .filter(({ path, kind }) => kind === 'added' && !isWayDown(path))
    .map(({ path }) => path);
  return [
    ...edited.flat(),
    ...(await outOfOrder(inspection, folder, added)),
    ...(lint ? await lintNewMigrations(inspection, folder, added) : []),
  ];
}

function isWayDown(path: string): boolean {
  return readMigrationName(path)?.side === 'down';
}

async function outOfOrder(
  inspection: Inspection,
  folder: string,
  added: readonly string[],
): Promise<GateFinding[]> {
  const { paths } = await inspection.files();
  const versionOf = (path: string): string | null => {
    const named = readMigrationName(path);
    return named === null || named.version === '' || named.side === 'down' ? null : named.version;
  };
  const released = paths
    .filter((path) => path.endsWith('.sql') && isInside(folder, path) && !added.includes(path))
    .flatMap((path) => versionOf(path) ?? []);
  const newest = released.sort(compareVersions).at(-1);
  if (newest === undefined) return [];
  return added.flatMap((path): GateFinding[] => {
    const version = versionOf(path);
    if (version === null || compareVersions(version, newest) >= 0) return [];
    return [
      finding(
        'out-of-order',
        path,
        `${path} has a number before ${newest}, which is on the base; a database that has ${newest} would not get it`,
      ),
    ];
  });
}
