import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CannotTell, type GateChecker } from '../../../checker';
import { createFindingList } from '../engine/scan';
import { isPlaceholder, isTrialPath } from '../secrets/placeholder';
import { fingerprintOf, isScanned } from '../secrets/shapes';
import { parseReport, programVersion, runScanner } from './scanner';

const Report = z.array(
  z.object({ RuleID: z.string(), File: z.string(), StartLine: z.int(), Secret: z.string() }),
);

/** The tree once more through gitleaks, where it is on this machine; with its own rules, none of the target's. */
export const GITLEAKS_CHECKER: GateChecker = {
  name: 'gitleaks',
  version: '1',
  subjects: ['no-hardcoded-secrets'],
  scope: 'task',
  reads: isScanned,
  check: async (inspection) => {
    const scratch = await inspection.scratch();
    const [config, ignored, report] = ['config.toml', 'ignored', 'report.json'].map((name) =>
      join(scratch, name),
    );
    if (config === undefined || ignored === undefined || report === undefined) throw new Error('no scratch');
    // A .gitleaks.toml or .gitleaksignore of the target could allow everything.
    await writeFile(config, '[extend]\nuseDefault = true\n');
    await writeFile(ignored, '');
    const { argv, exitCode, run } = await runScanner(inspection, {
      name: 'gitleaks',
      args: [
        'dir',
        inspection.target.path,
        '--config',
        config,
        '--gitleaks-ignore-path',
        ignored,
        '--report-format',
        'json',
        '--report-path',
        '-',
        '--no-banner',
        '--exit-code',
        '7',
        '--max-target-megabytes',
        '2',
      ],
      exitCodes: [0, 7],
    });
    const parsed = Report.safeParse(parseReport('gitleaks', run.stdout.trim() === '' ? '[]' : run.stdout));
    if (!parsed.success) throw new CannotTell('gitleaks wrote a report of another shape');
    const files = await inspection.files();
    const found = createFindingList();
    for (const { RuleID, File, StartLine, Secret } of parsed.data) {
      const file = File.startsWith(`${inspection.target.path}/`)
        ? File.slice(inspection.target.path.length + 1)
        : File;
      const isFile = files.blobs.has(file) && isScanned(file);
      if (
        !isFile ||
        isPlaceholder(Secret) ||
        (isTrialPath(file) && /^(?:generic-api-key|jwt|curl-auth\S*|private-key)$/.test(RuleID))
      )
        continue;
      const hint = `${Secret.slice(0, 4)}… (${String(Secret.length)} characters)`;
      found.add({
        rule: `gitleaks-${RuleID}`,
        message: `A secret stands in the repository: ${hint}; revoke it, and read it from the environment`,
        file,
        line: Math.max(1, StartLine),
        snippet: fingerprintOf(Secret),
        quote: `${RuleID}: ${hint}`,
      });
    }
    const { findings, evidence } = found.result();
    return [
      {
        subject: 'no-hardcoded-secrets',
        outcome:
          findings.length === 0
            ? { kind: 'ran-clean', note: '' }
            : { kind: 'ran-found', note: `${String(findings.length)} secrets`, findings },
        by: {
          kind: 'tool',
          name: 'gitleaks',
          version: await programVersion(argv[0]),
          argv: [...argv],
          exitCode,
        },
        evidence,
      },
    ];
  },
};
