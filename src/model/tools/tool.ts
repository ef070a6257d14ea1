import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import type { ContextFlag } from '../../domain/context/context-account';
import type { PlanTask } from '../../domain/plan/plan';
import type { Survey } from '../../domain/target/survey';
import type { Worktree } from '../../ports/workspace';
import type { ContextAccess } from '../context/access';
import type { ToolEnd } from '../attempt/journal-entry';

/** Where and for whom tools run. */
export interface ToolContext {
  readonly worktree: Worktree;
  readonly task: PlanTask;
  readonly survey: Survey;
  /** What the specialist may know of the worktree. */
  readonly access: ContextAccess;
  readonly signal: AbortSignal;
}

/** What a call came to. `changes`: files may be different now, so the same call may mean something new. */
export type ToolOutcome =
  | {
      readonly kind: 'result';
      readonly text: string;
      readonly isError: boolean;
      readonly changes: boolean;
      /** Where the changes are, relative to the worktree; absent: anywhere. */
      readonly paths?: readonly string[];
    }
  /** The call could not be understood: no such tool, or an input that does not fit. */
  | { readonly kind: 'bad-call'; readonly text: string }
  /** The attempt ends; `awaitsAnswer`: the call stays open until the next attempt brings its result. */
  | { readonly kind: 'end'; readonly end: ToolEnd; readonly text: string; readonly awaitsAnswer: boolean };

/** One tool as the model sees it, and what a call does. */
export interface Tool {
  readonly name: string;
  readonly definition: Anthropic.Tool;
  readonly input: z.ZodType;
  call(input: unknown, context: ToolContext): Promise<ToolOutcome>;
}

/** Refuses a call; the model reads the sentence and may do better. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
  /** What people should know was tried. */
  readonly flag: ContextFlag | null;

  constructor(message: string, flag: ContextFlag | null = null) {
    super(message);
    this.flag = flag;
  }
}

/** The machine stood in the way of a call: the attempt fails with the cause, and its next try makes the call again. */
export class CallNotMade extends Error {
  override readonly name = 'CallNotMade';
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** A tool from its input's schema: inputs that do not fit never reach `run`. */
export function defineTool<T extends z.ZodType>(row: {
  readonly name: string;
  readonly description: string;
  readonly input: T;
  readonly run: (input: z.output<T>, context: ToolContext) => Promise<ToolOutcome>;
}): Tool {
  const schema = z.toJSONSchema(row.input, { io: 'input' });
  return {
    name: row.name,
    input: row.input,
    definition: {
      name: row.name,
      description: row.description,
      input_schema: { ...schema, type: 'object' },
    },
    async call(input, context) {
      const parsed = row.input.safeParse(input);
      if (parsed.success) return row.run(parsed.data, context);
      const issues = parsed.error.issues
        .slice(0, 5)
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      return { kind: 'bad-call', text: `The input of ${row.name} does not fit: ${issues.join('; ')}` };
    },
  };
}

/** A plain result; `changes` where files may be different afterwards: these paths, or any. */
export function result(
  text: string,
  options: { changes?: boolean | readonly string[]; isError?: boolean } = {},
): ToolOutcome {
  const { changes = false, isError = false } = options;
  if (typeof changes === 'boolean') return { kind: 'result', text, isError, changes };
  return { kind: 'result', text, isError, changes: true, paths: changes };
}
