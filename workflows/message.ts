import { ApplicationFailure, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { z } from 'zod';
import type { Channel } from '../src/domain/escalation';
import { MESSAGE_DESCRIPTIONS } from '../src/domain/message-descriptions';
import type { Answer } from '../src/domain/messages';

/** A payload as it was read, or why it cannot be used. */
export type ReadMessage<T> = { readonly body: T } | { readonly why: string };

/** What is wrong with a payload, in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

/**
 * Installs one message as a signal and as an update of the same name. `read` is synchronous, since update validators
 * must be.
 */
export function installMessage<T>(
  name: keyof typeof MESSAGE_DESCRIPTIONS,
  row: {
    readonly read: (payload: unknown) => ReadMessage<T>;
    readonly take: (body: T, channel: Channel) => string;
    readonly ignore: (why: string) => void;
  },
): void {
  const description = MESSAGE_DESCRIPTIONS[name];
  // Signals from the Web UI are untyped JSON: what cannot be used is recorded and ignored, for a throw here would
  // fail the workflow task for ever.
  setHandler(
    defineSignal<[unknown]>(name),
    (payload) => {
      const read = row.read(payload);
      if ('why' in read) row.ignore(read.why);
      else row.take(read.body, 'signal');
    },
    { description },
  );
  setHandler(
    defineUpdate<Answer, [unknown]>(name),
    (payload) => {
      const read = row.read(payload);
      if ('why' in read) throw ApplicationFailure.nonRetryable(read.why, 'Message.Refused');
      return { accepted: true, message: row.take(read.body, 'update') };
    },
    {
      description,
      validator: (payload) => {
        const read = row.read(payload);
        if ('why' in read) throw ApplicationFailure.nonRetryable(read.why, 'Message.Refused');
      },
    },
  );
}
