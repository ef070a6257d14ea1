import { z } from 'zod';
import { ObjectiveText, RunOptions } from '../../domain/objective/objective';
import { tool } from '../tool';

const { maxParallel, approvePlan, push } = RunOptions.shape;
const line = z.string().trim().min(1).max(2000);

export const startObjective = tool({
  name: 'start_objective',
  title: 'Start an objective',
  description:
    'Gives the department an objective in plain words and a git repository, and answers the id at once while the work goes on in the background.',
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  input: z.strictObject({
    objective: ObjectiveText.describe('what the backend should do, in plain words'),
    repo: line
      .optional()
      .describe(
        'path or address of the git repository, or sample for a bundled one; without it as the settings say, else sample',
      ),
    base: line.optional().describe('branch, tag or commit to build on; without it what is checked out'),
    trust: z
      .string()
      .regex(/^[0-9a-f]{8,64}$/i, 'is the hash that a refused start, or `survey`, tells')
      .optional()
      .describe('hash of the commands of the repository that a human agreed to have run on this machine'),
    approvePlan: approvePlan.optional().describe('wait for review_plan before anything is built'),
    maxParallel: maxParallel.optional().describe('tasks at work at once'),
    budgetUsd: z
      .number()
      .positive()
      .nullable()
      .optional()
      .describe('most money to spend in US dollars; null: no limit; without it as the settings say, else 10'),
    deadline: z.iso
      .datetime({ offset: true, error: 'is no instant in ISO 8601 with its zone' })
      .optional()
      .describe('a question is raised when the forecast lies beyond it'),
    scenario: line.optional().describe('variant of the offline playbook'),
    push: push.optional().describe('push the delivered branch to the origin'),
    pr: z.boolean().optional().describe('push it and open a pull request, or bring the open one up to date'),
  }),
  output: z.object({
    id: z.string(),
    /** An open objective of the same words, repository and commit was there. */
    attached: z.boolean(),
    model: z.string(),
    budgetUsd: z.number().nullable(),
    sandbox: z.string(),
    webUi: z.string().nullable(),
    notes: z.array(z.string()),
  }),
  run: async (input, { desk }) => {
    const started = await desk.start(input);
    return { ...started, notes: [...started.notes] };
  },
  text: (started) =>
    `${started.attached ? 'Already under way' : 'Started'}: ${started.id}; wait_for_objective tells when it ends or a decision is needed.`,
});
