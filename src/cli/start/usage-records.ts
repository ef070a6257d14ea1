import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '../../config/error-code';
import type { ModelChoice } from '../../domain/objective/objective';
import { Report } from '../../domain/objective/report';
import { TYPICAL_USAGE } from '../../domain/usage/typical-usage';
import { figuresOf, type UsageFigures } from '../../domain/usage/usage-figures';

/** Reports looked at, the newest first, and the largest that is. */
const MAX_REPORTS = 50;
const MAX_BYTES = 32 * 1024 * 1024;

/** Figures to estimate with, and where they come from. */
export interface FiguresInUse {
  readonly figures: UsageFigures;
  /** `home`: objectives of this home that the same kind of model built; `shipped`: measured by the authors, offline. */
  readonly source: 'home' | 'shipped';
}

/** What finished objectives of this home used where there are any with this kind of model, else the shipped figures. */
export async function figuresInUse(reportsDir: string, model: ModelChoice): Promise<FiguresInUse> {
  const own = figuresOf(await readReports(reportsDir, model.kind));
  return own === null ? { figures: TYPICAL_USAGE, source: 'shipped' } : { figures: own, source: 'home' };
}

async function readReports(dir: string, kind: ModelChoice['kind']): Promise<readonly Report[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => {
        const path = join(dir, name);
        return { path, found: await stat(path).catch(() => null) };
      }),
  );
  const newest = files
    .flatMap(({ path, found }) =>
      found?.isFile() === true && found.size <= MAX_BYTES ? [{ path, at: found.mtimeMs }] : [],
    )
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_REPORTS);
  const reports: Report[] = [];
  for (const { path } of newest) {
    const report = Report.safeParse(parseJson(await readFile(path, 'utf8').catch(() => '')));
    // What another version wrote, or somebody else, is no measurement of ours.
    if (report.success && report.data.model.kind === kind && report.data.outcome !== null)
      reports.push(report.data);
  }
  return reports;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
