import type { DepartmentClient } from '../client/department-client';
import { UnknownObjectiveError } from '../client/translate-error';
import { ConfigurationError } from '../domain/common/user-error';
import type { CommandContext } from './command';
import type { RunningWorker, RunRecording, ServerInUse } from './services';

/** A server, the department on it and perhaps a worker of our own; closed together, in order. */
export interface Session {
  readonly server: ServerInUse;
  readonly department: DepartmentClient;
  readonly worker: RunningWorker | null;
  close(): Promise<void>;
}

export async function openSession(
  server: ServerInUse,
  mode: 'full' | 'workflow-only' | 'none',
  recording: RunRecording | null = null,
): Promise<Session> {
  let department: DepartmentClient | null = null;
  try {
    department = await server.openDepartment();
    if (recording !== null) await refuseCompany(department);
    const worker = mode === 'none' ? null : await server.startWorker(mode, recording ?? undefined);
    // Reported by whoever awaits `ended`; a failure before that must not end the process by itself.
    worker?.ended.catch(() => undefined);
    const opened = department;
    return {
      server,
      department: opened,
      worker,
      close: async () => {
        await worker?.shutdown();
        await opened.close();
        await server.release();
      },
    };
  } catch (error) {
    await department?.close();
    await server.release();
    throw error;
  }
}

/** A worker carries every open objective, and what it records would be a mixture. */
async function refuseCompany(department: DepartmentClient): Promise<void> {
  const open = await department.openObjectives();
  if (open.size === 0) return;
  const ids = [...open].slice(0, 3);
  throw new ConfigurationError(
    `--record needs to be alone: ${ids.join(', ')} would be recorded too; end it first, or use another COORDINATOR_HOME.`,
  );
}

/**
 * Asks or tells one objective something. On the embedded server a workflow-only worker answers, so nobody else
 * has to be up.
 * @throws UnknownObjectiveError without starting anything where this home never had an objective.
 */
export async function withObjective<T>(
  context: CommandContext,
  objectiveId: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const server = await context.services.useServerWithHistory({ onProgress: context.terminal.warn });
  if (server === null) throw new UnknownObjectiveError(objectiveId);
  const session = await openSession(server, server.kind === 'embedded' ? 'workflow-only' : 'none');
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}
