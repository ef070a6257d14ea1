import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import type { Command } from '../command';
import { parseFlags } from '../parse-flags';
import { openSession } from '../session';
import { untilAborted } from '../until-aborted';

const ServerFlags = z.strictObject({ stop: z.literal(true).optional(), keep: z.literal(true).optional() });

export const server: Command = {
  name: 'server',
  args: '',
  summary: 'open the Web UI over all history, with the embedded server where no other is configured',
  options: [
    { flags: '--keep', help: 'leave the embedded server running and return' },
    { flags: '--stop', help: 'end an embedded server that was left running' },
  ],
  run: async (context, _args, rawFlags) => {
    const { terminal, services, signal, call } = context;
    const flags = parseFlags(ServerFlags, rawFlags);
    if (flags.stop === true) {
      const holders = await services.stopKeepingServer();
      terminal.say(describeStop(holders));
      terminal.emit({ running: holders !== null && holders > 0, clients: holders });
      return exitCodeOf('delivered');
    }
    const hold = flags.keep === true ? 'keep' : 'lease';
    const used = await services.useServer({ hold, onProgress: terminal.warn });
    const about = { kind: used.kind, address: used.address, namespace: used.namespace, ui: used.uiUrl };
    if (flags.keep === true) {
      terminal.say(`Temporal is at ${used.address}, its Web UI at ${used.uiUrl ?? 'an address of its own'}.`);
      terminal.say(`It stays until \`${call('server --stop')}\`.`);
      terminal.emit(about);
      await used.release();
      return exitCodeOf('delivered');
    }
    // Workflows tell their state through a worker, in the Web UI too.
    const session = await openSession(used, used.kind === 'embedded' ? 'workflow-only' : 'none');
    try {
      terminal.say(`Temporal is at ${used.address}, its Web UI at ${used.uiUrl ?? 'an address of its own'}.`);
      if (used.uiUrl !== null)
        terminal.say(`What waits for a human: ${inboxUrl(used.uiUrl, used.namespace)}`);
      terminal.say('Ctrl-C ends it unless other commands use it.');
      terminal.emit(about);
      await untilAborted(signal);
    } finally {
      await session.close();
    }
    return exitCodeOf('delivered');
  },
};

/** The list of the Web UI, filtered to what waits for somebody (docs/web-ui.md). */
function inboxUrl(ui: string, namespace: string): string {
  const query =
    'CoordinatorStatus IN ("awaiting-human", "awaiting-approval") AND ExecutionStatus = "Running"';
  return `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows?query=${encodeURIComponent(query)}`;
}

function describeStop(holders: number | null): string {
  if (holders === null) return 'No embedded server of this home runs.';
  return holders === 0
    ? 'The embedded server ends now.'
    : holders === 1
      ? 'The embedded server ends when the command that uses it has ended.'
      : `The embedded server ends when the ${String(holders)} commands that use it have ended.`;
}
