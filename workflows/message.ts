import { ApplicationFailure, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { z } from 'zod';
import type { Channel } from '../src/domain/escalation';
import type { Answer } from '../src/domain/messages';

/** A payload as it was read, or why it cannot be used. */
export type ReadMessage<T> = { readonly body: T } | { readonly why: string };

const accepted = (message: string): Answer => ({ accepted: true, message });

/** What is wrong with a payload, in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

/**
 * Installs one message as a signal and as an update of the same name. `read` is synchronous, since update validators
 * must be.
 */
export function installMessage<T>(
  name: string,
  row: {
    readonly read: (payload: unknown) => ReadMessage<T>;
    /** Gives what an update answers, at once or when it is known; nobody waits for what a signal gives. */
    readonly take: (body: T, channel: Channel) => string | Promise<string>;
    readonly ignore: (why: string) => void;
  },
): void {
  // Signals from the Web UI are untyped JSON: what cannot be used is recorded and ignored, for a throw here would
  // fail the workflow task for ever.
  setHandler(defineSignal<[unknown]>(name), (payload) => {
    const read = row.read(payload);
    if ('why' in read) row.ignore(read.why);
    else void row.take(read.body, 'signal');
  });
  setHandler(
    defineUpdate<Answer, [unknown]>(name),
    (payload) => {
      const read = row.read(payload);
      if ('why' in read) throw ApplicationFailure.nonRetryable(read.why, 'Message.Refused');
      const said = row.take(read.body, 'update');
      return typeof said === 'string' ? accepted(said) : said.then(accepted);
    },
    {
      validator: (payload) => {
        const read = row.read(payload);
        if ('why' in read) throw ApplicationFailure.nonRetryable(read.why, 'Message.Refused');
      },
    },
  );
}
