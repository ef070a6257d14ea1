import { CHECKS, type Check } from '../checks';
import type { Answer, GateChecker } from '../checker';
import type { Inspection } from '../inspection';
import { type CheckRun, type CheckSetting, runCheck } from '../run-check';

/** The target's own build, tests and linter, each by its own command. */
export function createCommandCheckers(setting: CheckSetting): GateChecker[] {
  return CHECKS.map((check) => ({
    name: check.name,
    version: '1',
    subjects: [check.subject],
    scope: 'task',
    reads: () => true,
    check: (inspection) => runCommandCheck(setting, check, inspection),
  }));
}

async function runCommandCheck(
  setting: CheckSetting,
  check: Check,
  inspection: Inspection,
): Promise<Answer[]> {
  const { survey, target, signal } = inspection;
  const { subject } = check;
  const argv = check.command(survey);
  if (argv === null) return [{ subject, outcome: check.absent, by: { kind: 'rule', name: 'survey' } }];
  const provision = await inspection.provision();
  const built = await inspection.built();
  const { path, gitDir } = target;
  const run =
    check.name === 'build' && built !== null
      ? built
      : await runCheck(setting, check, argv, { path, gitDir, survey, provision, signal });
  return [
    {
      subject,
      outcome: run.outcome,
      by: commandOf(check, run),
      evidence: [await inspection.keep(run.output)],
    },
  ];
}

function commandOf(check: Check, run: CheckRun): NonNullable<Answer['by']> {
  return { kind: 'tool', name: check.name, version: null, argv: [...run.argv], exitCode: run.exitCode };
}
