import { exitCodeOf } from '../../domain/exit-codes';
import type { Command } from '../command';
import { isEssentialMissing } from '../doctor/check';
import { tellChecks } from '../doctor/tell-checks';

export const doctor: Command = {
  name: 'doctor',
  args: '',
  summary: 'show what is installed and reachable, which model and sandbox, and what to do about each gap',
  options: [],
  run: async ({ terminal, services }) => {
    const checks = await services.examine();
    tellChecks(terminal, checks);
    const missing = isEssentialMissing(checks);
    terminal.emit({ ready: !missing, checks });
    return exitCodeOf(missing ? 'bad-input' : 'delivered');
  },
};
