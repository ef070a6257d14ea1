import { z } from 'zod';

/** A name of a playbook, an answer, a scenario. */
export const Name = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, 'a name is lower-case kebab-case');
/** A path below the playbook's files, or in the repository. */
export const RelativePath = z
  .string()
  .min(1)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\\0]+$/, 'a path is relative and stays in its folder');

/** A regular expression as text: multi-line, case-sensitive unless it starts with `(?i)`. */
export const Pattern = z
  .string()
  .min(1)
  .transform((source, context) => {
    const insensitive = source.startsWith('(?i)');
    try {
      return new RegExp(insensitive ? source.slice(4) : source, insensitive ? 'im' : 'm');
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
