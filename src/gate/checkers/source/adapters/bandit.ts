import { z } from 'zod';
import type { GateSlug } from '../../../../domain/quality-gate/gate-items';
import { CannotTell, DoesNotApply, type GateChecker } from '../../../checker';
import { roleOf } from '../engine/paths';
import { createFindingList } from '../engine/scan';
import { isPasswordText } from '../rules/credentials';
import { parseReport, programVersion, runScanner } from './scanner';

const Report = z.object({
  results: z.array(
    z.object({
      test_id: z.string(),
      filename: z.string(),
      line_number: z.int(),
      code: z.string(),
      issue_text: z.string(),
    }),
  ),
});

/** Bandit's tests that speak of an item, and when. Adding one is adding a row. */
const TESTS: readonly {
  readonly id: RegExp;
  readonly item: GateSlug;
  readonly when?: (code: string) => boolean;
}[] = [
  // It reports every query put together, also of constants; a value inside quotes is never one.
  { id: /^B608$/, item: 'sql-injection', when: (code) => /'\{[^}]+\}'|'%s'\s*["']\s*%|'"\s*\+/.test(code) },
  { id: /^B(?:303|324)$/, item: 'authentication', when: isPasswordText },
  { id: /^B(?:105|106|107)$/, item: 'no-hardcoded-secrets' },
];

/** Python sources through bandit, where it is on this machine; medium and higher. */
export const BANDIT_CHECKER: GateChecker = {
  name: 'bandit',
  version: '1',
  subjects: ['sql-injection', 'authentication', 'no-hardcoded-secrets'],
  scope: 'task',
  reads: (path) => path.endsWith('.py'),
  check: async (inspection) => {
    const { path } = inspection.target;
    const sources = (await inspection.files()).paths.filter(
      (one) => one.endsWith('.py') && roleOf(one) === 'service',
    );
    if (sources.length === 0) throw new DoesNotApply('no-python-sources', 'the tree has no Python sources');
    const { argv, exitCode, run } = await runScanner(inspection, {
      name: 'bandit',
      args: ['-f', 'json', '-ll', '-q', ...sources.slice(0, 2000).map((one) => `${path}/${one}`)],
      exitCodes: [0, 1],
    });
    const parsed = Report.safeParse(parseReport('bandit', run.stdout));
    if (!parsed.success) throw new CannotTell('bandit wrote a report of another shape');
    const version = await programVersion(argv[0]);
    return BANDIT_CHECKER.subjects.map((subject) => {
      const found = createFindingList();
      for (const { test_id, filename, line_number, code, issue_text } of parsed.data.results) {
        const row = TESTS.find(
          ({ id, item, when }) => id.test(test_id) && item === subject && (when?.(code) ?? true),
        );
        if (row === undefined) continue;
        const quote =
          code
            .split('\n')
            .find((line) => line.startsWith(String(line_number)))
            ?.replace(/^\d+\s*/, '') ?? code;
        const file = filename.startsWith(`${path}/`) ? filename.slice(path.length + 1) : filename;
        found.add({
          rule: `bandit-${test_id}`,
          message: issue_text,
          file,
          line: Math.max(1, line_number),
          snippet: quote,
          quote,
        });
      }
      const { findings, evidence } = found.result();
      return {
        subject,
        outcome:
          findings.length === 0
            ? { kind: 'ran-clean', note: '' }
            : { kind: 'ran-found', note: `${String(findings.length)} findings`, findings },
        by: { kind: 'tool', name: 'bandit', version, argv: [...argv.slice(0, 5), '…'], exitCode },
        evidence,
      };
    });
  },
};
