import { z } from 'zod';
import { exitCodeOf } from '../../domain/exit-codes';
import type { Command } from '../command';
import { isEssentialMissing, isTrialFailed } from '../doctor/check';
import { parseFlags } from '../parse-flags';

const DoctorFlags = z.strictObject({ notify: z.boolean().default(false) });

const MARKS = { ok: 'ok', gap: 'gap', missing: 'MISSING' } as const;

export const doctor: Command = {
  name: 'doctor',
  args: '',
  summary: 'show what is installed and reachable, which model and sandbox, and what to do about each gap',
  options: [{ flags: '--notify', help: 'send a test over every channel of notifications' }],
  run: async ({ terminal, services }, _args, rawFlags) => {
    const { notify } = parseFlags(DoctorFlags, rawFlags);
    const checks = await services.examine({ notify });
    const width = Math.max(...checks.map((check) => check.name.length));
    for (const check of checks) {
      const colour = check.state === 'ok' ? terminal.paint.green : terminal.paint.yellow;
      terminal.say(`${colour(MARKS[check.state].padEnd(7))} ${check.name.padEnd(width)}  ${check.found}`);
      if (check.advice !== null) terminal.say(`${' '.repeat(width + 10)}-> ${check.advice}`);
    }
    const missing = isEssentialMissing(checks);
    const failed = isTrialFailed(checks);
    if (failed) terminal.say('What was tried out did not work.');
    else terminal.say(missing ? 'Something essential is missing.' : 'Ready.');
    terminal.emit({ ready: !missing, checks });
    return exitCodeOf(missing || failed ? 'bad-input' : 'delivered');
  },
};
