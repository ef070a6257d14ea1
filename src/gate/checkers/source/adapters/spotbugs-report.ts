import { z } from 'zod';
import type { Answer } from '../../../checker';
import { CannotTell } from '../../../checker';
import type { SourceFiles } from '../../../facts/source-files';
import { roleOf } from '../engine/paths';
import { createFindingList } from '../engine/scan';
import { parseReport } from './scanner';
import { BUG_PATTERNS } from './spotbugs-patterns';

/** Bit of SpotBugs' own exit code: an analysis broke. Those for bugs and for missing classes are no fault. */
const BROKE = 4;
/** Lines from the one that is named, for patterns that look at the text. */
const LINES = 8;

/** SARIF 2.1.0 as SpotBugs writes it. */
const Report = z.object({
  runs: z.tuple([
    z.object({
      tool: z.object({
        driver: z.object({ version: z.string() }),
        extensions: z.array(z.object({ name: z.string() })).optional(),
      }),
      invocations: z.tuple([z.object({ exitCode: z.int() })]),
      results: z.array(
        z.object({
          ruleId: z.string(),
          message: z.object({ text: z.string().optional() }),
          locations: z.array(
            z.object({
              physicalLocation: z.object({
                artifactLocation: z.object({ uri: z.string() }),
                region: z.object({ startLine: z.int() }).optional(),
              }),
              logicalLocations: z.array(z.object({ fullyQualifiedName: z.string().optional() })).optional(),
            }),
          ),
        }),
      ),
    }),
  ]),
});

/** What SpotBugs reported. */
export interface BugReport {
  readonly version: string;
  readonly withSecurityPlugin: boolean;
  readonly broke: boolean;
  readonly bugs: readonly {
    readonly pattern: string;
    /** As Java names it: `com/example/Orders.java`. */
    readonly source: string;
    readonly line: number;
    readonly where: string;
    readonly message: string;
  }[];
}

/** Reads SpotBugs' SARIF. @throws CannotTell for another shape */
export function readReport(text: string): BugReport {
  const parsed = Report.safeParse(parseReport('spotbugs', text));
  if (!parsed.success) throw new CannotTell('spotbugs wrote a report of another shape');
  const [{ tool, invocations, results }] = parsed.data.runs;
  return {
    version: tool.driver.version,
    withSecurityPlugin: (tool.extensions ?? []).some(({ name }) => name.endsWith('findsecbugs')),
    broke: (invocations[0].exitCode & BROKE) !== 0,
    bugs: results.flatMap(({ ruleId, message, locations: [place] }) =>
      place === undefined
        ? []
        : [
            {
              pattern: ruleId,
              source: place.physicalLocation.artifactLocation.uri,
              line: Math.max(1, place.physicalLocation.region?.startLine ?? 1),
              where: place.logicalLocations?.[0]?.fullyQualifiedName ?? '',
              message: message.text ?? 'A bug',
            },
          ],
    ),
  };
}

/** What the bugs say of each item; those of generated sources, which are not in the tree, are left out. */
export async function judgeBugs(
  report: BugReport,
  files: Pick<SourceFiles, 'paths' | 'read'>,
): Promise<readonly Answer[]> {
  const items = [...new Set(BUG_PATTERNS.map(({ item }) => item))];
  const lists = new Map(items.map((item) => [item, createFindingList()]));
  for (const { pattern, source, line, where, message } of report.bugs) {
    const row = BUG_PATTERNS.find(({ id }) => id === pattern);
    const file = files.paths.find((path) => path.endsWith(`/${source}`) && roleOf(path) === 'service');
    if (row === undefined || file === undefined) continue;
    const lines = ((await files.read(file)) ?? '').split('\n').slice(line - 1, line - 1 + LINES);
    if (row.when?.(lines) === false) continue;
    const quote = lines[0]?.trim() ?? '';
    lists.get(row.item)?.add({
      rule: `spotbugs-${pattern}`,
      message: `${message}${where === '' ? '' : ` in ${where}`}`.slice(0, 400),
      file,
      line,
      snippet: quote,
      quote,
    });
  }
  const plugin = report.withSecurityPlugin ? ' with find-sec-bugs' : '';
  return items.map((subject): Answer => {
    const { findings, evidence } = lists.get(subject)?.result() ?? { findings: [], evidence: [] };
    if (findings.length > 0) {
      const note = `${String(findings.length)} findings`;
      return { subject, outcome: { kind: 'ran-found', note, findings }, evidence };
    }
    if (report.broke) {
      const reason = 'spotbugs could not analyse some of the classes';
      return { subject, outcome: { kind: 'could-not-run', reason } };
    }
    return { subject, outcome: { kind: 'ran-clean', note: `SpotBugs${plugin} looked at the classes` } };
  });
}
