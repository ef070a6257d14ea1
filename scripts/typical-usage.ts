/**
 * Writes src/domain/usage/typical-usage.ts from the reports of a home: `node dist/scripts/typical-usage.js <home> <date>`. The
 * home is one in which nothing but the bundled playbooks' objectives were built, each to its end.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { Report } from '../src/domain/objective/report';
import { figuresOf, type UsageFigures } from '../src/domain/usage/usage-figures';

async function main([home, date]: readonly string[]): Promise<void> {
  if (home === undefined || date === undefined)
    throw new Error('Give a home and the date it was measured on.');
  const dir = join(home, 'reports');
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  const reports = await Promise.all(
    names.map(async (name) => Report.parse(JSON.parse(await readFile(join(dir, name), 'utf8')))),
  );
  const playbooks = reports.map((report) => {
    if (report.model.kind !== 'offline') throw new Error(`${report.objectiveId} was not built offline.`);
    return report.model.playbook;
  });
  const figures = figuresOf(reports);
  if (figures === null) throw new Error(`${dir} has no report of an objective with finished tasks.`);
  await writeFile(join(packageRoot(), 'src', 'domain', 'typical-usage.ts'), render(figures, playbooks, date));
}

function render(figures: UsageFigures, playbooks: readonly string[], date: string): string {
  return `import type { UsageFigures } from './usage-figures';

/**
 * What merged tasks of the offline model's objectives used, one run of each playbook, delivered or not, on ${date}:
 * ${[...playbooks].sort().join(', ')}.
 * Written by scripts/typical-usage.ts. Its tokens are estimates and its durations say nothing about Claude, so there are none.
 */
export const TYPICAL_USAGE: UsageFigures = ${JSON.stringify(untimed(figures), rounded, 2)};
`;
}

function untimed(figures: UsageFigures): UsageFigures {
  return {
    ...figures,
    all: { ...figures.all, ms: null },
    byKind: Object.fromEntries(
      Object.entries(figures.byKind).map(([kind, row]) => [kind, { ...row, ms: null }]),
    ),
    aroundMs: null,
  };
}

/** Whole tokens; attempts and requests with a digit or two. */
function rounded(key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  return key === 'attempts' || key === 'requests' ? Number(value.toFixed(2)) : Math.round(value);
}

void main(process.argv.slice(2));
