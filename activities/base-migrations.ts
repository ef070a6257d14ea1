import type { Dossier } from '../src/domain/work/dossier';
import type { MigrationBrief } from '../src/ports/change-briefs';
import type { Ports } from './ports';

const MOST_FILES = 200;
const MOST_READ = 40;
const LONGEST_TEXT = 12_000;
const LONGEST_ALTOGETHER = 80_000;

/** Migrations may be code too; what is neither named like one nor text is not shown. */
const READABLE = /\.(?:sql|ddl|[cm]?[jt]s|py|java|kt|rb|ya?ml|xml|json|prisma)$/i;

/**
 * The migrations of the base, oldest first by name. Contents are read newest first, as far as they find room, and cut;
 * of the others only the name is known.
 */
export async function baseMigrations(
  repositories: Ports['repositories'],
  { objectiveId, baseCommit, survey }: Dossier,
): Promise<MigrationBrief['migrations']> {
  if (survey.migrations === null) return [];
  const { dir } = survey.migrations;
  const files = await repositories.listFiles({ objectiveId, commit: baseCommit });
  const paths = files
    .filter((path) => READABLE.test(path) && (dir === '.' || path.startsWith(`${dir}/`)))
    .sort(byNumber)
    .slice(-MOST_FILES);
  const texts = new Map<string, string>();
  let left = LONGEST_ALTOGETHER;
  for (const path of paths.slice(-MOST_READ).reverse()) {
    if (left <= 0) break;
    const text = await repositories.readFile({ objectiveId, commit: baseCommit, path });
    if (text === null || text.includes('\0')) continue;
    const shown = cut(text, Math.min(LONGEST_TEXT, left));
    texts.set(path, shown);
    left -= shown.length;
  }
  return paths.map((path) => ({ path, text: texts.get(path) ?? null }));
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n(cut)`;
}
