import { z } from 'zod';
import { sumLedger } from '../../domain/usage/ledger';
import { SetBudget } from '../../domain/objective/messages';
import { exitCodeOf } from '../../domain/common/exit-codes';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { mention } from '../../domain/department/specialists';
import type { Usage } from '../../domain/usage/usage';
import { objectiveIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command, CommandContext } from '../command';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';
import { withObjective } from '../session';

const BudgetFlags = z.strictObject({
  usd: z.coerce
    .number({ error: 'give US dollars, such as 25' })
    .positive('give more than 0 US dollars')
    .optional(),
  by: ByFlag,
});

export const budget: Command = {
  name: 'budget',
  args: '<id>',
  summary: 'show what an objective cost, by role, task and level, or set its budget',
  options: [
    { flags: '--usd <n>', help: 'the new budget in US dollars; work that waited for it goes on' },
    BY_OPTION,
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(BudgetFlags, rawFlags);
    if (flags.usd !== undefined) {
      const payload = parseFlags(SetBudget, { usd: flags.usd, by: byOf(flags.by, context) });
      return sendMessage(context, { objectiveId, name: 'setBudget', payload });
    }
    await withObjective(context, objectiveId, async ({ department }) => {
      const answer = await department.status(objectiveId);
      if (answer.kind === 'live') {
        tellCosts(context, answer.status);
        return;
      }
      context.terminal.say(
        `No worker is up to ask; \`${context.call(`attach ${objectiveId}`)}\` brings one, the report has the figures of a closed one.`,
      );
      context.terminal.emit({ objective: objectiveId, live: false });
    });
    return exitCodeOf('delivered');
  },
};

function tellCosts({ terminal }: CommandContext, status: ObjectiveStatus): void {
  const { budgetUsd, reservedUsd = 0, usage, ledger = [] } = status;
  const cap = budgetUsd === null ? 'no limit' : `${budgetUsd.toFixed(2)} USD`;
  terminal.say(`Budget ${cap}; spent ${money(usage)}; held by what runs now ${reservedUsd.toFixed(4)} USD`);
  const groups = [
    ['role', sumLedger(ledger, (row) => mention(row.role))],
    ['task', sumLedger(ledger, (row) => row.subject)],
    ['level', sumLedger(ledger, (row) => `L${row.level}`)],
  ] as const;
  for (const [name, sums] of groups) {
    terminal.say(`By ${name}:`);
    for (const [key, sum] of sums) {
      terminal.say(`  ${key}  ${sum.requests} requests, ${tokens(sum)} tokens, ${money(sum)}`);
    }
  }
  terminal.emit({ objective: status.objectiveId, budgetUsd, reservedUsd, usage, ledger });
}

function tokens({ input, cacheRead, cacheWrite, output }: Usage): number {
  return input + cacheRead + cacheWrite + output;
}

function money({ usd }: Usage): string {
  return usd === null ? 'nothing charged' : `${usd.toFixed(4)} USD`;
}
