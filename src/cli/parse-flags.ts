import type { z, ZodError } from 'zod';
import { ConfigurationError } from '../domain/common/user-error';

/**
 * Parses what came through the command line's door.
 * @throws ConfigurationError of one sentence that names the flag or argument.
 */
export function parseFlags<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(describeIssue(parsed.error));
}

/** The first issue of a zod error as a sentence: `--max-parallel: must be …`. */
export function describeIssue(error: ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The input cannot be used; see --help.';
  const key = issue.path[0];
  const message = issue.message.replace(/\.$/, '');
  if (key === undefined) return `${capitalise(message)}.`;
  return `--${kebab(String(key))}: ${message}.`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
