// Needs nothing but the package's own files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CONTENT_CHARACTERS } from '../../src/domain/context/context-content';
import { categoryOfFile, judgeFile, reviewsChanges } from '../../src/domain/context/context-files';
import { ContextDecision } from '../../src/domain/work/handoff';
import { claimCovers } from '../../src/domain/plan/path-claims';
import { Plan, type PlanTask } from '../../src/domain/plan/plan';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedPlaybook } from '../../src/offline/playbook';

const ROOT = join(__dirname, '..', '..');
const READING = new Set(['read', 'write', 'edit']);
const OnFile = z.looseObject({ file_path: z.string() });

let playbooks: readonly LoadedPlaybook[];
beforeAll(async () => {
  playbooks = await loadPlaybooks(join(ROOT, 'playbooks'));
});

function planOf(playbook: LoadedPlaybook): readonly PlanTask[] {
  const reply = playbook.answers.find((answer) => answer.when.ask === 'plan')?.reply;
  return Plan.parse(reply?.kind === 'json' ? reply.value : undefined).tasks;
}

/** Everything the tasks before this one may have changed. */
function changedBefore(task: PlanTask, tasks: readonly PlanTask[]): readonly string[] {
  const before = tasks.filter((row) => task.dependsOn.includes(row.id));
  return before.flatMap((row) => [...row.owns, ...row.shares, ...changedBefore(row, tasks)]);
}

function categoryIn(sample: string, path: string): ReturnType<typeof categoryOfFile> {
  const file = join(ROOT, 'examples', sample, path);
  const text = existsSync(file) ? readFileSync(file, 'utf8').slice(0, CONTENT_CHARACTERS) : null;
  return categoryOfFile(path, text, []);
}

/** Calls on one file that the context of the task's specialist denies, `grants` aside or with them. */
function denied(playbook: LoadedPlaybook, grants: 'with grants' | 'without grants'): string[] {
  const tasks = planOf(playbook);
  return playbook.answers.flatMap(({ id, when, reply }) => {
    const [taskId] = when.task ?? [];
    const task = tasks.find((row) => row.id === taskId);
    if (reply.kind !== 'turn' || task === undefined) return [];
    const roles = when.role ?? [task.specialist];
    const changed = reviewsChanges(task.kind) ? changedBefore(task, tasks) : [];
    const granted = grants === 'with grants' ? grantsOf(playbook, task.id) : [];
    return reply.tools.flatMap(({ name, input }) => {
      if (!READING.has(name)) return [];
      const path = OnFile.parse(input).file_path;
      const reviewed = changed.some((claim) => claimCovers(claim, path)) ? [path] : [];
      const category = categoryIn(playbook.target.sample, path);
      return roles
        .filter(
          (role) =>
            judgeFile({ role, task, conflicts: [], reviewed, granted }, path, category).kind === 'denied',
        )
        .map((role) => `${playbook.name}/${id}: @${role} ${name} ${path}`);
    });
  });
}

function grantsOf(playbook: LoadedPlaybook, taskId: string): readonly string[] {
  return playbook.answers.flatMap(({ when, reply }) =>
    when.ask === 'context' && when.task?.includes(taskId) === true && reply.kind === 'json'
      ? ContextDecision.parse(reply.value).granted
      : [],
  );
}

test('no specialist of a bundled playbook touches a file that its context denies', () => {
  expect(playbooks.flatMap((playbook) => denied(playbook, 'with grants'))).toEqual([]);
});

test('what is granted is asked for, and would be denied otherwise', () => {
  expect(playbooks.flatMap((playbook) => denied(playbook, 'without grants'))).toEqual([
    'billing/t005-read: @backend-architect read src/main/java/com/example/billing/http/ProblemHandler.java',
  ]);
});
