import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Report } from '../../src/domain/objective/report';
import { runCommand } from '../../src/process/run-command';
import { OBJECTIVE, resultLine, type CommandLine, type ResultLine } from './command-line';

/** Runs a scenario of the default playbook to its end. @throws with all it said where that is not code 0 */
export async function deliver(cli: CommandLine, scenario: string): Promise<ResultLine> {
  const run = await cli.run('start-objective', OBJECTIVE, '--scenario', scenario, '--json');
  if (run.code !== 0)
    throw new Error(`${scenario} ended with ${String(run.code)}:\n${run.stdout}\n${run.stderr}`);
  return resultLine(run.stdout);
}

/** What is in front of the user after a run. */
export interface Delivered {
  readonly report: Report;
  /** Files on the delivered branch. */
  readonly files: readonly string[];
  show(path: string): Promise<string>;
}

export async function readDelivered(cli: CommandLine, result: ResultLine): Promise<Delivered> {
  const report = Report.parse(
    JSON.parse(await readFile((result.report ?? '').replace(/\.md$/, '.json'), 'utf8')),
  );
  const repository = join(cli.home, 'samples', result.objective);
  const git = async (...args: string[]): Promise<string> => {
    const run = await runCommand({
      argv: ['git', ...args],
      cwd: repository,
      timeoutMs: 20_000,
      maxOutputBytes: 4_000_000,
    });
    if (run.end.kind !== 'exited' || run.end.code !== 0)
      throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
    return run.stdout;
  };
  const branch = result.branch ?? '';
  return {
    report,
    files: (await git('ls-tree', '-r', '--name-only', branch)).trim().split('\n'),
    show: (path) => git('show', `${branch}:${path}`),
  };
}

/** Worktrees and check-outs a run left behind. */
export async function leftovers(cli: CommandLine): Promise<string[]> {
  const inside = async (folder: string): Promise<string[]> => {
    const path = join(cli.home, folder);
    if (!existsSync(path)) return [];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name));
  };
  return [...(await inside('worktrees')), ...(await inside('checkouts')), ...(await inside('pool'))];
}

/** Levels of a task's attempts, in order. */
export function levelsOf(report: Report, task: string): number[] {
  return report.tasks.find((row) => row.id === task)?.attempts.map((attempt) => attempt.level) ?? [];
}
