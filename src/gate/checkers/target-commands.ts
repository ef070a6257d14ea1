import { CHECKS, type Check } from '../checks';
import type { TestRun } from '../facts/test-run';
import type { Provision } from '../../ports/gate';
import { BootstrapRefused } from '../bootstrap-refused';
import { type Answer, CannotTell, type GateChecker } from '../checker';
import type { Inspection } from '../inspection';
import { lintFindings } from '../lint-findings';
import type { Outcome } from '../outcome';
import { type CheckRun, type CheckSetting, runCheck } from '../run-check';

/** The target's own build, tests and linter, each by its own command. */
export function createCommandCheckers(setting: CheckSetting): GateChecker[] {
  return CHECKS.map((check) => ({
    name: check.name,
    version: check.name === 'lint' ? '2' : '1',
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
  if (argv === null) {
    const outcome = check.name === 'lint' ? await withoutLinter(check, inspection) : check.absent;
    return [{ subject, outcome, by: { kind: 'rule', name: 'survey' } }];
  }
  const provision = await provided(inspection);
  if (provision instanceof BootstrapRefused) {
    const by = { kind: 'rule', name: 'bootstrap' } as const;
    return [{ subject, outcome: provision.outcome, by }];
  }
  const built = await inspection.built();
  const recorded = check.name === 'test' ? await recordedTests(inspection) : null;
  if (recorded !== null) {
    return [
      {
        subject,
        outcome: recorded.outcome,
        by: {
          kind: 'tool',
          name: check.name,
          version: null,
          argv: [...recorded.argv],
          exitCode: recorded.run.end.kind === 'exited' ? recorded.run.end.code : null,
        },
        evidence: [await inspection.keep(recorded.output)],
      },
    ];
  }
  const run =
    check.name === 'build' && built !== null
      ? built
      : await runCheck(setting, check, argv, { ...target, survey, provision, signal });
  return [
    {
      subject,
      outcome: check.name === 'lint' ? withFindings(run, target.path) : run.outcome,
      by: commandOf(check, run),
      evidence: [await inspection.keep(run.output)],
    },
  ];
}

/**
 * Where everything is asked of a tree its tests run once, recorded. That run answers for the test command as well where
 * it is that command with recording around it and either passed or did not end; the receipt names what was really run.
 * One that is red may owe it to the recording, so the plain command decides.
 */
async function recordedTests(inspection: Inspection): Promise<TestRun | null> {
  if (inspection.scope !== 'objective') return null;
  const recorded = await inspection.tests();
  const isSettled = recorded.outcome.kind === 'ran-clean' || recorded.run.end.kind !== 'exited';
  return recorded.wrapsTests && isSettled ? recorded : null;
}

/** Dependencies, or the refusal: one that the work must mend fails what needed them. */
async function provided(inspection: Inspection): Promise<Provision | BootstrapRefused> {
  try {
    return await inspection.provision();
  } catch (error) {
    if (error instanceof CannotTell && error.cause instanceof BootstrapRefused) return error.cause;
    throw error;
  }
}

function commandOf(check: Check, run: CheckRun): NonNullable<Answer['by']> {
  return { kind: 'tool', name: check.name, version: null, argv: [...run.argv], exitCode: run.exitCode };
}

const LINTERS =
  /(?:^|\/)(?:eslint\.config\.\w+|\.eslintrc(?:\.\w+)?|biome\.jsonc?|\.?ruff\.toml|\.flake8|\.pylintrc|checkstyle[\w.-]*\.xml|\.prettierrc(?:\.\w+)?|\.golangci\.ya?ml)$/;

/** A linter that is configured and cannot be run is no answer; where there is none, a reviewer looks. */
async function withoutLinter(check: Check, inspection: Inspection): Promise<Outcome> {
  const { paths } = await inspection.files();
  const configured = paths.find((path) => LINTERS.test(path) && !path.includes('node_modules/'));
  if (configured !== undefined) {
    return {
      kind: 'could-not-run',
      reason: `${configured} configures a linter, and no command is known that runs it; add a lint script`,
    };
  }
  return check.absent.kind === 'could-not-run'
    ? { kind: 'not-applicable', reason: 'the repository has no linter', rule: 'no-linter-configured' }
    : check.absent;
}

/** What the linter reports one by one, so that only what is new counts against a change. */
function withFindings(run: CheckRun, checkout: string): Outcome {
  if (run.outcome.kind !== 'ran-found') return run.outcome;
  const findings = lintFindings(run.output, checkout);
  return findings.length === 0 ? run.outcome : { ...run.outcome, findings };
}
