import { z } from 'zod';
import { HandoffNote } from '../domain/work/handoff';
import type { Report } from '../domain/objective/report';
import type { ObjectiveStatus, TaskStatus } from '../domain/objective/status';
import type { BlobStore } from '../ports/blob-store';

type Limitation = Report['knownLimitations'][number];

const StoredConversation = z.object({
  messages: z.array(
    z.object({ content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]) }),
  ),
});
const HandoffCall = z.looseObject({
  type: z.literal('tool_use'),
  name: z.literal('submit_handoff'),
  input: HandoffNote,
});

/** What the specialists wrote down as known limitations in the handoffs that were merged. */
export async function collectKnownLimitations(
  status: Pick<ObjectiveStatus, 'tasks'>,
  blobs: Pick<BlobStore, 'get'>,
): Promise<readonly Limitation[]> {
  const perTask = await Promise.all(
    status.tasks.map(async (task) => {
      const note = await lastHandoff(task, blobs);
      return (note?.knownLimitations ?? []).map((text) => ({ taskId: task.id, text }));
    }),
  );
  return perTask.flat();
}

async function lastHandoff(task: TaskStatus, blobs: Pick<BlobStore, 'get'>): Promise<HandoffNote | null> {
  const attempt = task.attempts.findLast((row) => row.outcome === 'handed-off' && row.transcript !== null);
  if (attempt?.transcript === undefined || attempt.transcript === null) return null;
  try {
    const stored: unknown = JSON.parse((await blobs.get(attempt.transcript)).toString('utf8'));
    const conversation = StoredConversation.parse(stored);
    const calls = conversation.messages
      .flatMap((message) => (typeof message.content === 'string' ? [] : message.content))
      .flatMap((block) => {
        const call = HandoffCall.safeParse(block);
        return call.success ? [call.data.input] : [];
      });
    return calls.at(-1) ?? null;
  } catch {
    // A transcript that is gone makes the report shorter, not impossible.
    return null;
  }
}
