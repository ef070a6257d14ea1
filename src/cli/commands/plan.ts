import { objectiveIdArgument } from '../argument';
import { BY_OPTION } from '../by';
import type { Command } from '../command';
import { readPlanCall, readPlanFlags } from '../plan/plan-call';
import { runPlan } from '../plan/run-plan';

export const plan: Command = {
  name: 'plan',
  args: '<id> [action] [task] [value]',
  summary: 'show the plan of an objective, approve or reject it, or edit it, also while it runs',
  options: [
    { flags: '--graph', help: 'show who waits for whom' },
    { flags: '--yaml', help: 'show the whole plan as a file to edit' },
    { flags: '--file <plan.yaml>', help: 'edit: take the plan from this file, - for standard input' },
    { flags: '--patch <json>', help: 'edit: several partial edits at once' },
    { flags: '--plan-version <n>', help: 'refuse where the plan is at another version' },
    { flags: '--comment <text>', help: 'why; kept with it' },
    BY_OPTION,
  ],
  examples: [
    'backend-coordinator plan <id> edit                       opens $VISUAL or $EDITOR',
    'backend-coordinator plan <id> reassign T3 @python-pro',
    'backend-coordinator plan <id> depend T4 T2               T4 waits for T2',
    'backend-coordinator plan <id> budget T3 1.50             or none',
    'backend-coordinator plan <id> drop T5',
    'backend-coordinator plan <id> approve',
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = readPlanFlags(rawFlags);
    const call = readPlanCall(args.slice(1), flags);
    return runPlan(context, objectiveId, call, flags);
  },
};
