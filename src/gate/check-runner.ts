import { folderOf, surveyOfService } from '../domain/target/service-folder';
import type { Bootstrap, CheckRunner, Provision } from '../ports/gate';
import { BootstrapRefused } from './bootstrap-refused';
import { CHECKS } from './checks';
import { CouldNotRun } from './could-not-run';
import { excerptOf } from './excerpt';
import { explanationOf } from './outcome';
import { type CheckRun, type CheckSetting, runCheck } from './run-check';
import { findServiceFolder } from './service-folder';

const OUTPUT_CHARACTERS = 12_000;

export interface CheckRunnerSetting extends CheckSetting {
  readonly bootstrap: Bootstrap;
}

/**
 * Runs a target's commands on a worktree as it stands, one after the other, with nothing taken from receipts. The
 * text starts with each command and how it ended; long output is cut. A command that could not run is not passed.
 */
export function createCheckRunner(setting: CheckRunnerSetting): CheckRunner {
  return {
    async runChecks({ gitDir, only, signal, ...request }) {
      const survey = surveyOfService(request.survey);
      let path: string;
      let provision: Provision;
      try {
        path = await findServiceFolder(request.path, folderOf(request.survey));
        provision = await setting.bootstrap.ensure({ path, survey, signal });
      } catch (error) {
        // Also what it could not do: a manifest the specialist has just changed may be why, in words nobody knows.
        if (!(error instanceof BootstrapRefused || error instanceof CouldNotRun)) throw error;
        return { passed: false, output: `$ ${survey.install?.join(' ') ?? 'install'}\n${error.message}` };
      }
      const parts: string[] = [];
      let passed = true;
      for (const check of CHECKS.filter(({ name }) => only.includes(name))) {
        const argv = check.command(survey);
        if (argv === null) {
          parts.push(`${check.name}: ${explanationOf(check.absent)}`);
          continue;
        }
        const place = { path, root: request.path, gitDir, survey, provision, signal };
        const run = await runCheck(setting, check, argv, place);
        passed &&= run.outcome.kind === 'ran-clean';
        parts.push(describe(run));
      }
      return { passed, output: parts.join('\n\n') };
    },
  };
}

function describe(run: CheckRun): string {
  const end = run.exitCode === null ? 'no exit code' : `exit code ${String(run.exitCode)}`;
  const seconds = (run.durationMs / 1000).toFixed(1);
  const note = explanationOf(run.outcome);
  return [
    `$ ${run.argv.join(' ')}`,
    `${end} after ${seconds} s${note === '' ? '' : `: ${note}`}`,
    excerptOf(run.output, OUTPUT_CHARACTERS),
  ].join('\n');
}
