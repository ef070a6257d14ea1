import type { Terminal } from '../terminal';
import { isEssentialMissing, isTrialFailed, type Check } from './check';

const MARKS = { ok: 'ok', gap: 'gap', missing: 'MISSING' } as const;

/** Every check on a line of its own, its advice below it, and whether one can start. */
export function tellChecks(terminal: Terminal, checks: readonly Check[]): void {
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const check of checks) {
    const colour = check.state === 'ok' ? terminal.paint.green : terminal.paint.yellow;
    terminal.say(`${colour(MARKS[check.state].padEnd(7))} ${check.name.padEnd(width)}  ${check.found}`);
    if (check.advice !== null) terminal.say(`${' '.repeat(width + 10)}-> ${check.advice}`);
  }
  if (isTrialFailed(checks)) terminal.say('What was tried out did not work.');
  else terminal.say(isEssentialMissing(checks) ? 'Something essential is missing.' : 'Ready.');
}
