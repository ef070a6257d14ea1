import type { TaskId } from '../domain/plan/plan';

const TASK = 'Coordinator-Task';
const SPECIALIST = /^Coordinator-Specialist: @?([A-Za-z0-9][A-Za-z0-9-]*)$/m;

/** Prints the ids of the tasks a commit names, for `git log --format`. */
export const TASK_FORMAT = `%(trailers:key=${TASK},valueonly,separator=%x2C)`;

/** The message with the trailer by which a commit of the task is known later. */
export function withTask(message: string, taskId: TaskId): string {
  const trailer = `${TASK}: ${taskId}`;
  const text = message.trim() === '' ? taskId : message.trim();
  if (text.split('\n').includes(trailer)) return `${text}\n`;
  const paragraphs = text.split(/\n\n+/);
  const endsInTrailers =
    paragraphs.length > 1 &&
    (paragraphs.at(-1) ?? '').split('\n').every((line) => /^[A-Za-z-]+: /.test(line));
  return `${text}${endsInTrailers ? '\n' : '\n\n'}${trailer}\n`;
}

/** The specialist a message names as its author, such as `@nodejs-expert`; the message itself mentions no account. */
export function specialistOf(message: string): string | undefined {
  const name = SPECIALIST.exec(message)?.[1];
  return name === undefined ? undefined : `@${name}`;
}
