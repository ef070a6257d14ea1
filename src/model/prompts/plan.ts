import { FACETS, type Analysis } from '../../domain/plan/analysis';
import { rosterOf } from '../../domain/department/department-roles';
import type { Dossier } from '../../domain/work/dossier';
import { GATE_ITEMS } from '../../domain/quality-gate/gate-items';
import { MAX_TASKS, PRIORITIES, TASK_KINDS } from '../../domain/plan/plan';
import { COORDINATOR, mention } from '../../domain/department/specialists';
import { bullets, joinParts, section } from './format';
import { describeRepository, listFiles, plannableFiles } from './repository';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const PLAN_PROMPT_VERSION = 'plan/1';

/** Everything a plan is made from. */
interface PlanBrief {
  readonly dossier: Dossier;
  readonly analysis: Analysis;
  /** Why the last proposal was refused. */
  readonly refusals: readonly string[];
  readonly comment: string | null;
  /** What other objectives hold of the repository, a line each. */
  readonly held?: readonly string[];
}

const RULES = [
  `Ids run backend-T001, backend-T002 and so on; at most ${String(MAX_TASKS)} tasks.`,
  'dependsOn names only what a task really needs merged before it starts; everything else runs in parallel. No cycles.',
  'owns lists the paths only this task writes, shares those several may touch (a route registry, a manifest). Each is a literal relative path or dir/** and nothing else. Two tasks that may run at the same time never own the same path.',
  'A task that adds a dependency shares the manifests. Tests belong to the task whose code they test.',
  'A change of the database schema needs a design and reversible migrations (kind schema), its test on a replica, its deployment and rollout and its monitoring described (kind operations or documentation).',
  'New or changed endpoints need their contract first (kind contract); what implements them depends on it.',
  'Any change of code needs a security audit and a performance test at the end.',
  'gateItems are the slugs a task owes evidence for.',
  'Objectives, requirements and criteria are concrete: names, numbers, status codes, limits.',
];

const HELD =
  'Other work on this repository holds these paths until it ends. A task that owns one of them has to wait; own other paths where the objective allows it.';

/** Asks for a plan: tasks with the whole delegation template. */
export function planPrompt({ dossier, analysis, refusals, comment, held = [] }: PlanBrief): string {
  return joinParts([
    `ASKED OF: @${COORDINATOR}`,
    section('OBJECTIVE', dossier.objective),
    section(
      'ANALYSIS',
      `${analysis.summary}\n${FACETS.map(({ key, title }) => section(title, bullets(analysis[key]))).join('')}`,
    ),
    describeRepository(dossier, COORDINATOR),
    listFiles(plannableFiles(dossier)),
    section(
      'SPECIALISTS',
      bullets(rosterOf(dossier.roles).map((row) => `${mention(row.name)}: ${row.does}`)),
    ),
    section('GATE ITEMS', bullets(GATE_ITEMS.map((row) => `${row.slug}: ${row.demand}`))),
    section(
      'TASK',
      `Divide the objective into tasks for these specialists (their names without the @).\n${bullets([
        ...RULES,
        `Kinds: ${TASK_KINDS.join(', ')}. Priorities: ${PRIORITIES.join(', ')}.`,
      ])}`,
    ),
    section('HELD BY OTHER OBJECTIVES', held.length === 0 ? '' : `${HELD}\n${bullets(held)}`),
    section('THE LAST PLAN WAS REFUSED BECAUSE', bullets(refusals)),
    section('A HUMAN SAID ABOUT THE LAST PLAN', comment ?? ''),
    `PROMPT: ${PLAN_PROMPT_VERSION}`,
  ]);
}
