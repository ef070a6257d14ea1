import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { CommandContext } from '../command';
import type { Session } from '../session';

/** Leaves an objective to a worker in the background, on a server that is kept, and says how to watch and stop it. */
export async function leaveToBackground(
  context: CommandContext,
  session: Session,
  objectiveId: string,
): Promise<ExitCode> {
  const { terminal, services, call } = context;
  // The server of this process ends with its last client; another hold keeps it beyond.
  const kept = await services.useServer({ hold: 'keep', onProgress: terminal.warn });
  try {
    const worker = await services.startBackgroundWorker();
    terminal.say(
      `It goes on in the background: a worker (process ${String(worker.pid)}, log ${worker.log}).`,
    );
  } finally {
    await kept.release();
  }
  terminal.say(`Watch it: ${call(`attach ${objectiveId}`)}`);
  terminal.say(
    session.server.kind === 'embedded'
      ? `Stop it: ${call('worker --stop')}, then ${call('server --stop')}`
      : `Stop it: ${call('worker --stop')}`,
  );
  return exitCodeOf('delivered');
}
