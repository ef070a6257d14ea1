import { exitCodeOf } from '../../domain/exit-codes';
import type { Command } from '../command';
import { isEssentialMissing } from '../doctor/check';

const MARKS = { ok: 'ok', gap: 'gap', missing: 'MISSING' } as const;

export const doctor: Command = {
  name: 'doctor',
  args: '',
  summary: 'show what is installed and reachable, which model and sandbox, and what to do about each gap',
  options: [],
  run: async ({ terminal, services }) => {
    const checks = await services.examine();
    const width = Math.max(...checks.map((check) => check.name.length));
    for (const check of checks) {
      const colour = check.state === 'ok' ? terminal.paint.green : terminal.paint.yellow;
      terminal.say(`${colour(MARKS[check.state].padEnd(7))} ${check.name.padEnd(width)}  ${check.found}`);
      if (check.advice !== null) terminal.say(`${' '.repeat(width + 10)}-> ${check.advice}`);
    }
    const missing = isEssentialMissing(checks);
    terminal.say(missing ? 'Something essential is missing.' : 'Ready.');
    terminal.emit({ ready: !missing, checks });
    return exitCodeOf(missing ? 'bad-input' : 'delivered');
  },
};
