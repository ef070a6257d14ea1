import { exitCodeOf } from '../../domain/common/exit-codes';
import type { Command } from '../command';

export const setup: Command = {
  name: 'setup',
  args: '',
  summary: 'register the search attributes on the Temporal server in use',
  options: [],
  run: async ({ terminal, services }) => {
    const server = await services.useServer({ hold: 'lease', onProgress: terminal.warn });
    try {
      const message = await server.registerSearchAttributes();
      terminal.say(message);
      terminal.emit({ address: server.address, namespace: server.namespace, message });
    } finally {
      await server.release();
    }
    return exitCodeOf('delivered');
  },
};
