import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { MAX_FEEDBACK, type Feedback, type FeedbackItem } from '../../domain/pull-request/feedback';
import { ForgeFailure } from '../../domain/pull-request/forge-failure';
import type { PullRequest } from '../../domain/pull-request/pull-request';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import { objectiveIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command, CommandContext } from '../command';
import { plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { withObjective } from '../session';

const FeedbackFlags = z.strictObject({
  show: z.literal(true).optional(),
  all: z.literal(true).optional(),
  by: ByFlag,
});

/** Lines and characters of an item that are shown. */
const SHOWN_LINES = 12;
const SHOWN_CHARACTERS = 300;

export const feedback: Command = {
  name: 'feedback',
  args: '<id>',
  summary: 'fetch reviews and failing checks of its pull request, and make tasks of them',
  options: [
    { flags: '--show', help: 'only show what is new' },
    { flags: '--all', help: 'take also what people wrote who do not belong to the repository' },
    BY_OPTION,
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(FeedbackFlags, rawFlags);
    const by = byOf(flags.by, context);
    const { terminal } = context;
    await withObjective(context, objectiveId, async ({ department }) => {
      // It may have been taken up a moment ago, and be busy with that.
      const status = (await department.snapshot(objectiveId)) ?? (await department.snapshot(objectiveId));
      if (status === null)
        throw new UserError(
          `No worker answers for ${objectiveId}; \`worker\` brings one.`,
          'temporal-unreachable',
        );
      const pullRequest = pullRequestOf(status);
      const { items, notes } = await read(context, pullRequest);
      for (const note of notes) terminal.warn(plain(note));
      const known = new Set((status.feedback ?? []).map(({ key }) => key));
      const fresh = items.filter(({ key }) => !known.has(key));
      const wanted = fresh.filter(({ member }) => member || flags.all === true);
      for (const item of fresh) terminal.say(tell(item, wanted.includes(item)));
      const taken = flags.show === true ? [] : wanted.slice(0, MAX_FEEDBACK);
      const told = { objective: objectiveId, pullRequest: pullRequest.url, items: fresh };
      if (taken.length === 0) {
        terminal.say(sayNothing(fresh.length, wanted.length, flags.show === true));
        terminal.emit({ ...told, taken: [], takenUp: false });
        return;
      }
      const stored: Feedback = { pullRequest, items: [...taken] };
      const ref = await (await context.services.blobs()).put(JSON.stringify(stored));
      const keys = taken.map(({ key }) => key);
      const sent = await department.takeFeedback({
        objectiveId,
        payload: { feedback: ref, keys, by },
      });
      terminal.say(plain(sent.message));
      const left = wanted.length - taken.length;
      if (left > 0) terminal.say(`${String(left)} more are left for the next time.`);
      if (!(await department.hasWorker('activity')))
        terminal.say(`Nobody works on it now: ${context.call(`attach ${objectiveId}`)} carries it on.`);
      terminal.emit({ ...told, taken: keys, takenUp: sent.takenUp });
    });
    return exitCodeOf('delivered');
  },
};

/** @throws UserError where it has none */
function pullRequestOf({ objectiveId, delivery }: ObjectiveStatus): PullRequest {
  if (delivery?.pullRequest !== undefined) return delivery.pullRequest;
  const why = delivery?.pullRequestNote === undefined ? '' : ` (${plain(delivery.pullRequestNote)})`;
  throw new UserError(
    `${objectiveId} has no pull request${why}; --pr of start-objective opens one when it is delivered.`,
    'bad-input',
  );
}

async function read(
  { services, signal }: CommandContext,
  { repository, number }: PullRequest,
): Promise<{ readonly items: readonly FeedbackItem[]; readonly notes: readonly string[] }> {
  const found = (await services.findForge())(repository);
  if (found.kind === 'none') throw new ConfigurationError(`The pull request cannot be read: ${found.why}.`);
  try {
    return await found.forge.readFeedback({ number, signal });
  } catch (error) {
    if (!(error instanceof ForgeFailure)) throw error;
    throw new UserError(`The pull request cannot be read: ${error.message}`, 'bad-input', { cause: error });
  }
}

function tell(item: FeedbackItem, wanted: boolean): string {
  const where = item.path === null ? '' : ` ${item.path}${item.line === null ? '' : `:${String(item.line)}`}`;
  const lines = item.text.split('\n').slice(0, SHOWN_LINES);
  return [
    plain(
      `${item.kind} by ${item.author}${where} (${item.at})${wanted ? '' : ': left out, not of the repository; --all takes it'}`,
    ),
    ...lines.map((line) => `  | ${plain(line).slice(0, SHOWN_CHARACTERS)}`),
    ...(item.text.split('\n').length > SHOWN_LINES ? ['  | …'] : []),
  ].join('\n');
}

function sayNothing(fresh: number, wanted: number, onlyShow: boolean): string {
  if (fresh === 0) return 'Nothing new.';
  return onlyShow || wanted > 0
    ? 'Shown only; nothing is added.'
    : 'All of it is by people who do not belong to the repository; --all takes it.';
}
