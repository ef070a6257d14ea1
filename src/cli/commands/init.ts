import type { Command } from '../command';
import { INIT_OPTIONS, parseInit } from '../init/flags';

export const init: Command = {
  name: 'init',
  args: '',
  summary:
    'write the settings of this installation, look at the machine and try a plan; asks, or takes flags',
  options: INIT_OPTIONS,
  examples: [
    'backend-coordinator init',
    'backend-coordinator init --repo ../shop --model anthropic --budget-usd 5',
    'backend-coordinator init --yes',
  ],
  run: async (context, _args, rawFlags) => {
    const flags = parseInit(rawFlags);
    const { runInit } = await import('../init/run-init.js');
    const asks = context.terminal.interactive && flags.yes !== true;
    return runInit(
      context,
      flags,
      asks ? await (await import('../live/inquirer-prompts.js')).createPrompts(context.signal) : null,
    );
  },
};
