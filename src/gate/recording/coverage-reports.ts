import { isAbsolute, relative } from 'node:path';
import { z } from 'zod';
import type { FileCoverage } from '../facts/test-run';

/** What a report says, by path relative to the checkout. */
export interface CoverageReport {
  /** Percent of lines as the report has it; null where it has to be counted. */
  readonly percent: number | null;
  /** Files the report speaks of. */
  readonly paths: ReadonlySet<string>;
  readonly files: ReadonlyMap<string, FileCoverage>;
}

const Percent = z.object({ lines: z.object({ total: z.number(), covered: z.number() }) });
const IstanbulSummary = z.record(z.string(), z.unknown());
const IstanbulFile = z.object({
  statementMap: z.record(z.string(), z.object({ start: z.object({ line: z.number() }) })),
  s: z.record(z.string(), z.number()),
});
const CoveragePy = z.object({
  files: z.record(
    z.string(),
    z.object({ executed_lines: z.array(z.number()), missing_lines: z.array(z.number()) }),
  ),
});

/** coverage-summary.json: totals, and which files they are made of. @throws where it is none */
export function readIstanbulSummary(text: string, root: string): CoverageReport {
  const { total, ...files } = IstanbulSummary.parse(JSON.parse(text));
  const { lines } = Percent.parse(total);
  return {
    percent: lines.total === 0 ? null : (100 * lines.covered) / lines.total,
    paths: new Set(Object.keys(files).map((path) => inside(path, root))),
    files: new Map(),
  };
}

/** coverage-final.json of Istanbul, c8, Jest and Vitest. @throws where it is none */
export function readIstanbulFinal(text: string, root: string): CoverageReport {
  const rows = Object.entries(z.record(z.string(), IstanbulFile).parse(JSON.parse(text)));
  const files = rows.map(([path, { statementMap, s }]): [string, FileCoverage] => {
    const lines = new Map<number, boolean>();
    for (const [id, { start }] of Object.entries(statementMap)) {
      lines.set(start.line, (lines.get(start.line) ?? false) || (s[id] ?? 0) > 0);
    }
    return [inside(path, root), coverageOf(lines)];
  });
  return reportOf(files);
}

/** lcov.info. */
export function readLcov(text: string, root: string): CoverageReport {
  const files = text.split(/^end_of_record$/m).flatMap((record): [string, FileCoverage][] => {
    const path = /^SF:(.+)$/m.exec(record)?.[1];
    if (path === undefined) return [];
    const lines = new Map<number, boolean>();
    for (const [, line, hits] of record.matchAll(/^DA:(\d+),(\d+)/gm))
      lines.set(Number(line), Number(hits) > 0);
    return [[inside(path.trim(), root), coverageOf(lines)]];
  });
  return reportOf(files);
}

/** The JSON report of coverage.py. @throws where it is none */
export function readCoveragePyJson(text: string, root: string): CoverageReport {
  const { files } = CoveragePy.parse(JSON.parse(text));
  return reportOf(
    Object.entries(files).map(([path, { executed_lines: executed, missing_lines: missing }]) => [
      inside(path, root),
      { executable: new Set([...executed, ...missing]), covered: new Set(executed) },
    ]),
  );
}

/** The Cobertura XML of coverage.py and others. */
export function readCobertura(text: string, root: string): CoverageReport {
  const source = /<source>([^<]*)<\/source>/.exec(text)?.[1] ?? '';
  const files = [...text.matchAll(/<class [^>]*filename="([^"]+)"[^>]*>([\s\S]*?)<\/class>/g)].map(
    ([, path = '', body = '']): [string, FileCoverage] => {
      const lines = new Map<number, boolean>();
      for (const [, attributes = ''] of body.matchAll(/<line ([^>]*)\/?>/g)) {
        const line = Number(/number="(\d+)"/.exec(attributes)?.[1]);
        lines.set(line, Number(/hits="(\d+)"/.exec(attributes)?.[1] ?? 0) > 0);
      }
      const full = isAbsolute(path) || source === '' ? path : `${source.replace(/\/$/, '')}/${path}`;
      return [inside(full, root), coverageOf(lines)];
    },
  );
  return reportOf(files);
}

/** jacoco.xml; `paths` are the files of the tree, since the report knows packages and no folders. */
export function readJacoco(text: string, paths: readonly string[]): CoverageReport {
  const files: [string, FileCoverage][] = [];
  for (const [, name = '', body = ''] of text.matchAll(
    /<package name="([^"]*)"[^>]*>([\s\S]*?)<\/package>/g,
  )) {
    for (const [, file = '', rows = ''] of body.matchAll(
      /<sourcefile name="([^"]+)"[^>]*>([\s\S]*?)<\/sourcefile>/g,
    )) {
      const end = name === '' ? file : `${name}/${file}`;
      const path = paths.find((candidate) => candidate === end || candidate.endsWith(`/${end}`));
      if (path === undefined) continue;
      const lines = new Map<number, boolean>();
      for (const [, line, covered] of rows.matchAll(/<line nr="(\d+)" mi="\d+" ci="(\d+)"/g)) {
        lines.set(Number(line), Number(covered) > 0);
      }
      files.push([path, coverageOf(lines)]);
    }
  }
  return reportOf(files);
}

/** Percent of lines over files; null without a line. */
export function percentOf(files: Iterable<FileCoverage>): number | null {
  let [executable, covered] = [0, 0];
  for (const file of files) {
    executable += file.executable.size;
    covered += file.covered.size;
  }
  return executable === 0 ? null : (100 * covered) / executable;
}

function coverageOf(lines: ReadonlyMap<number, boolean>): FileCoverage {
  return {
    executable: new Set(lines.keys()),
    covered: new Set([...lines].flatMap(([line, hit]) => (hit ? [line] : []))),
  };
}

function reportOf(rows: readonly (readonly [string, FileCoverage])[]): CoverageReport {
  const files = new Map(rows);
  return { percent: null, paths: new Set(files.keys()), files };
}

function inside(path: string, root: string): string {
  return isAbsolute(path) ? relative(root, path) : path.replace(/^\.\//, '');
}
