import { exitCodeOf } from '../../domain/common/exit-codes';
import type { Command } from '../command';

export const playbooks: Command = {
  name: 'playbooks',
  args: '',
  summary: 'list what the offline model can build: the words an objective needs, the sample, the scenarios',
  options: [],
  run: async ({ terminal, services }) => {
    const entries = await services.listPlaybooks();
    for (const entry of entries) {
      const words = entry.covers.map((group) => group.join(' | ')).join('  +  ');
      terminal.say(`${entry.name}  ${entry.title}`);
      terminal.say(`  objective  ${words}`);
      terminal.say(`  sample     ${entry.sample}`);
      for (const [index, scenario] of entry.scenarios.entries()) {
        const label = index === 0 ? 'scenarios' : '';
        terminal.say(`  ${label.padEnd(9)}  ${scenario.name}: ${scenario.title}`);
      }
    }
    terminal.emit({ playbooks: entries });
    return exitCodeOf('delivered');
  },
};
