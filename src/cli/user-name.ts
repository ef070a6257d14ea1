import type { CommandContext } from './command';

/** Who stands at the terminal; a claim, as everything in `by`. */
export function userName(context: Pick<CommandContext, 'environment'>): string {
  const { inherited } = context.environment;
  return inherited['USER'] ?? inherited['LOGNAME'] ?? 'someone';
}
