import { z } from 'zod';
import { DEFAULT_BUDGET_USD } from '../../domain/objective/objective';
import { ModelWish, type Settings } from '../../domain/notification/settings';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import type { Prompts } from '../live/ask';
import { plain } from '../live/text';
import type { Target } from '../services';
import { chooseRepository } from '../start/locate-repository';
import { BudgetFlag } from '../start/run-flags';
import { notificationsOf, refuseCredentials, SLACK_ADDRESS, WEBHOOK_SECRET, type InitFlags } from './flags';

/** What an installation is to be like, and what of it was looked at already. */
export interface Gathered {
  readonly settings: Settings;
  /** The repository the settings name; null: the bundled sample. */
  readonly target: Target | null;
}

type Asked = Pick<InitFlags, 'repo' | 'model' | 'budgetUsd' | 'yes'> & {
  readonly notifications: Settings['notifications'];
};

/** Flags that say what would be asked, in the order of the questions. */
const NEEDED = [
  { key: 'repo', flag: '--repo' },
  { key: 'model', flag: '--model' },
  { key: 'budgetUsd', flag: '--budget-usd' },
] as const;

/** @throws ConfigurationError where something would have to be asked and nobody is there */
export function refuseUnanswered(flags: Asked): void {
  if (flags.yes === true) return;
  const missing = NEEDED.filter(({ key }) => flags[key] === undefined).map(({ flag }) => flag);
  if (missing.length === 0) return;
  throw new ConfigurationError(
    `Nobody can be asked here; give ${missing.join(', ')}, or --yes for what is there already or the defaults.`,
  );
}

/**
 * Settings from flags and, with `prompts`, from answers to what no flag says; `before` are those that hold now. The
 * repository is looked at, so one that cannot be used is told at once. Writes nothing.
 */
export async function gather(
  context: CommandContext,
  flags: Asked,
  before: Settings,
  prompts: Prompts | null,
): Promise<Gathered> {
  const asks = flags.yes === true ? null : prompts;
  const { repository, target } = await gatherRepository(context, flags.repo, before, asks);
  const model = flags.model ?? (asks === null ? before.model : await askModel(context, asks, before));
  const budgetUsd =
    flags.budgetUsd !== undefined
      ? flags.budgetUsd
      : asks === null
        ? before.budgetUsd
        : await askBudget(context, asks, before);
  const notifications =
    flags.notifications ??
    before.notifications ??
    (asks === null ? undefined : await askNotifications(context, asks));
  return {
    settings: {
      version: 1,
      ...(repository === null ? {} : { repository }),
      ...(model === undefined ? {} : { model }),
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(notifications === undefined ? {} : { notifications }),
    },
    target,
  };
}

async function gatherRepository(
  context: CommandContext,
  repo: string | undefined,
  before: Settings,
  prompts: Prompts | null,
): Promise<{ readonly repository: string | null; readonly target: Target | null }> {
  const { cwd, home, services, terminal, signal } = context;
  const look = async (asked: string | undefined): ReturnType<typeof gatherRepository> => {
    const { value } = chooseRepository({ asked, settings: before, cwd, home: home.home });
    if (value === null) return { repository: null, target: null };
    refuseCredentials('--repo', value);
    return { repository: value, target: await services.findTarget({ repository: value, base: null }) };
  };
  if (repo !== undefined || prompts === null) return look(repo);
  return untilUsable(terminal.warn, async () => {
    const now = before.repository ?? 'a copy of a bundled sample';
    const answer = await prompts.input({
      message: `Repository to build in, a path or an address (empty: ${now}; sample: the sample)`,
      signal,
    });
    return look(answer.trim() === '' ? undefined : answer.trim());
  });
}

async function askModel({ signal }: CommandContext, prompts: Prompts, before: Settings): Promise<ModelWish> {
  const choices = [
    { name: 'auto: Claude where ANTHROPIC_API_KEY is set, else the offline model', value: 'auto' },
    { name: 'anthropic: always Claude', value: 'anthropic' },
    { name: 'offline: only what the bundled playbooks cover, no charge', value: 'offline' },
  ];
  const initial = before.model ?? 'auto';
  return ModelWish.parse(await prompts.select({ message: 'Model', choices, initial, signal }));
}

async function askBudget(
  { terminal, signal }: CommandContext,
  prompts: Prompts,
  before: Settings,
): Promise<number | null> {
  const now = before.budgetUsd === undefined ? DEFAULT_BUDGET_USD : before.budgetUsd;
  return untilUsable(terminal.warn, async () => {
    const shown = now === null ? 'none' : now.toFixed(2);
    const answer = await prompts.input({
      message: `Most an objective may cost, in US dollars or none (empty: ${shown})`,
      signal,
    });
    if (answer.trim() === '') return now;
    const parsed = BudgetFlag.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new ConfigurationError(`${z.prettifyError(parsed.error).split('\n')[0] ?? 'That is no budget'}.`);
  });
}

async function askNotifications(
  { terminal, signal }: CommandContext,
  prompts: Prompts,
): Promise<Settings['notifications']> {
  const how = await prompts.select({
    message: 'Who tells you when something waits for you or ends',
    choices: [
      { name: 'nobody', value: 'nobody' },
      { name: "the terminal's bell", value: 'bell' },
      { name: 'a webhook', value: 'json' },
      { name: 'a webhook of Slack', value: 'slack' },
      { name: 'mail', value: 'mail' },
    ],
    initial: 'nobody',
    signal,
  });
  const ask = (message: string): Promise<string> => prompts.input({ message, signal });
  switch (how) {
    case 'bell':
      return notificationsOf({ notifyBell: true });
    case 'slack':
      return notificationsOf({ notifyWebhook: SLACK_ADDRESS, notifyFormat: how });
    case 'json':
      return untilUsable(terminal.warn, async () => {
        const notifyWebhook = (await ask('Its address')).trim();
        return notificationsOf({ notifyWebhook, notifyFormat: how, notifySecretEnv: WEBHOOK_SECRET });
      });
    case 'mail':
      return untilUsable(terminal.warn, async () => {
        const notifyEmail = await ask('To whom (addresses divided by commas)');
        const notifyFrom = (await ask('From which address')).trim();
        const smtp = (await ask('Mail server, host or host:port')).trim();
        return notificationsOf({ notifyEmail, notifyFrom, smtp, smtpAuth: true });
      });
    default:
      return undefined;
  }
}

/** Asks again where the answer cannot be used. */
async function untilUsable<T>(warn: (line: string) => void, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warn(plain(error.message));
    }
  }
}
