import type { SourceFiles } from '../facts/source-files';
import type { FileCoverage } from '../facts/test-run';
import type { CoverageReport } from './coverage-reports';
import { isCodeLine } from './test-sources';

const IGNORED = /(?:c8|istanbul|v8) ignore (?:file|start)|pragma: no cover/;
/** Declarations that leave nothing to execute behind. */
const TYPES_ONLY = /^\s*(?:export\s+)?(?:declare\s+)?(?:type|interface)\b/m;
const RUNS =
  /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:const|let|var|function|class|abstract|enum|if|for|while|return|await)\b|^\s*\w[\w.]*\(/m;

/**
 * Sources a report says nothing about because nothing loaded them, with every line of code in them as not reached. Only
 * folders the report looks into count: others were left out on purpose.
 */
export async function countMissingSources(
  sources: readonly string[],
  report: CoverageReport,
  files: SourceFiles,
): Promise<ReadonlyMap<string, FileCoverage>> {
  const roots = new Set([...report.paths].map(rootOf));
  const missing = sources.filter((path) => !report.paths.has(path) && roots.has(rootOf(path)));
  const rows: [string, FileCoverage][] = [];
  for (const path of missing) {
    const text = await files.read(path);
    if (text === null || IGNORED.test(text) || (TYPES_ONLY.test(text) && !RUNS.test(text))) continue;
    const executable = new Set(
      text.split('\n').flatMap((line, index) => (isCodeLine(line) ? [index + 1] : [])),
    );
    if (executable.size > 0) rows.push([path, { executable, covered: new Set() }]);
  }
  return new Map(rows);
}

function rootOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}
