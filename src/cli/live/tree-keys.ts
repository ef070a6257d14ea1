import type { DepartmentClient } from '../../client/department-client';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { UserError } from '../../domain/common/user-error';
import type { Asker } from './ask';
import type { Display } from './display';
import type { KeyAction } from './keys';
import { plain } from './text';

/** What the keys of the live tree do; lines they have to say wait until no prompt is open. */
export interface TreeKeys {
  readonly onKey: (action: Exclude<KeyAction, 'help'>) => void;
  /** Once for each snapshot while no prompt is open: prints what is to be said, and asks what is open. */
  readonly ask: (status: ObjectiveStatus) => Promise<void>;
}

export function createTreeKeys(request: {
  readonly department: Pick<DepartmentClient, 'send'>;
  readonly objectiveId: string;
  readonly by: string;
  readonly display: () => Display;
  readonly asker: () => Asker;
  /** Null: it cannot be left to the background. */
  readonly detach: (() => void) | null;
  readonly interrupt: () => void;
  readonly suspend: () => void;
}): TreeKeys {
  const lines: string[] = [];
  let state: ObjectiveStatus['state'] | null = null;
  const send = async (): Promise<void> => {
    const { department, objectiveId, by } = request;
    const name = state === 'paused' ? 'resume' : 'pause';
    try {
      lines.push((await department.send({ objectiveId, name, payload: { by } })).message);
    } catch (error) {
      lines.push(error instanceof UserError ? error.message : `${name} came to nothing: ${String(error)}`);
    }
  };
  return {
    onKey: (action) => {
      switch (action) {
        case 'open':
          request.asker().reopen();
          break;
        case 'pause':
          void send();
          break;
        case 'detach':
          if (request.detach === null) lines.push('A run that is recorded cannot be left to the background.');
          else request.detach();
          break;
        case 'interrupt':
          request.interrupt();
          break;
        case 'suspend':
          request.display().pause();
          request.suspend();
      }
    },
    ask: async (status) => {
      ({ state } = status);
      for (const line of lines.splice(0)) request.display().note(plain(line));
      await request.asker()(status);
    },
  };
}
