import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import type { Command } from '../command';
import { emitEvent } from '../emit-event';
import { parseFlags } from '../parse-flags';
import { openSession } from '../session';
import { untilAborted } from '../until-aborted';

const WorkerFlags = z.strictObject({ stop: z.literal(true).optional() });

export const worker: Command = {
  name: 'worker',
  args: '',
  summary: 'run a worker until it is interrupted: it carries on every open objective',
  options: [{ flags: '--stop', help: 'end the worker that --detach left in the background' }],
  run: async (context, _args, rawFlags) => {
    const { terminal, services, signal } = context;
    const flags = parseFlags(WorkerFlags, rawFlags);
    if (flags.stop === true) {
      const pid = await services.stopBackgroundWorker();
      terminal.say(
        pid === null ? 'No background worker runs.' : `Stopped the background worker (${String(pid)}).`,
      );
      terminal.emit({ stopped: pid });
      return exitCodeOf('delivered');
    }
    const server = await services.useServer({ hold: 'lease', onProgress: terminal.warn });
    const session = await openSession(server, 'full');
    try {
      terminal.say(`Worker is up on ${server.address}, namespace ${server.namespace}; Ctrl-C ends it.`);
      emitEvent(terminal, { type: 'worker', address: server.address, namespace: server.namespace });
      await Promise.race([untilAborted(signal), session.worker?.ended]);
    } finally {
      await session.close();
    }
    return exitCodeOf('delivered');
  },
};
