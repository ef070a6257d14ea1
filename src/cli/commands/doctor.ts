import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import type { Command } from '../command';
import { isEssentialMissing, isTrialFailed } from '../doctor/check';
import { tellChecks } from '../doctor/tell-checks';
import { parseFlags } from '../parse-flags';

const DoctorFlags = z.strictObject({ notify: z.boolean().default(false) });

export const doctor: Command = {
  name: 'doctor',
  args: '',
  summary: 'show what is installed and reachable, which model and sandbox, and what to do about each gap',
  options: [{ flags: '--notify', help: 'send a test over every channel of notifications' }],
  run: async ({ terminal, services }, _args, rawFlags) => {
    const { notify } = parseFlags(DoctorFlags, rawFlags);
    const checks = await services.examine({ notify });
    tellChecks(terminal, checks);
    const missing = isEssentialMissing(checks);
    const failed = isTrialFailed(checks);
    terminal.emit({ ready: !missing, checks });
    return exitCodeOf(missing || failed ? 'bad-input' : 'delivered');
  },
};
