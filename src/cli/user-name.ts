import type { CommandContext } from './command';
import { osUser } from './speaker';

/** Who stands at the terminal; a claim, as everything in `by`. */
export function userName(context: Pick<CommandContext, 'environment'>): string {
  const { inherited } = context.environment;
  // Containers and cron set neither variable.
  return [inherited['USER'], inherited['LOGNAME'], osUser()].find((name) => name) ?? 'someone';
}
