import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Desk } from '../ports/desk';

/** What a call may use beside its arguments. */
export interface CallContext {
  readonly desk: Desk;
  /** As the client named itself when it connected. */
  readonly client: string | undefined;
  readonly signal: AbortSignal;
  /** Tells how far it is; nothing happens where the client asked for no progress. `at` only ever grows. */
  readonly progress: (at: number, message: string) => void;
}

export interface ToolRow {
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  readonly hints: {
    readonly readOnly: boolean;
    readonly destructive: boolean;
    readonly idempotent: boolean;
    /** Reaches beyond the department: a repository's address, a model. */
    readonly openWorld?: boolean;
  };
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Parses the arguments, does it and answers text with structured content. */
  call(raw: unknown, context: CallContext): Promise<CallToolResult>;
}

/** A row whose `run` is given checked arguments; what it answers is checked against `output`. */
export function tool<I extends z.ZodObject, O extends z.ZodObject>(
  row: Omit<ToolRow, 'call' | 'input' | 'output'> & {
    readonly input: I;
    readonly output: O;
    readonly run: (input: z.output<I>, context: CallContext) => Promise<z.input<O>>;
    /** A sentence beside the JSON, for people and for clients that read text only. */
    readonly text?: (output: z.output<O>) => string;
    /** A text that stands for the JSON, such as a document; null: the JSON. */
    readonly document?: (output: z.output<O>) => string | null;
  },
): ToolRow {
  const { run, text, document, ...facts } = row;
  return {
    ...facts,
    call: async (raw, context) => {
      const input = row.input.safeParse(raw ?? {});
      if (!input.success) return refused(badArgument(input.error));
      const output = row.output.parse(await run(input.data, context));
      const body = document?.(output) ?? JSON.stringify(output);
      return {
        content: [...(text === undefined ? [] : [text(output)]), body].map((said) => ({
          type: 'text',
          text: said,
        })),
        structuredContent: output,
      };
    },
  };
}

/** A call that came to nothing: one sentence, and what else there is to read. */
export function refused(sentence: string, notes: readonly string[] = []): CallToolResult {
  return {
    isError: true,
    content: [sentence, ...notes].map((text) => ({ type: 'text', text })),
  };
}

/** The first thing that is wrong with what came through the door, in a sentence. */
export function badArgument(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The arguments cannot be used.';
  const where = issue.path.map(String).join('.').slice(0, 100);
  const what = issue.message.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
  return where === ''
    ? `The arguments cannot be used: ${what}.`
    : `The argument ${where} cannot be used: ${what}.`;
}

/** The tool as a client sees it. */
export function describeTool(row: ToolRow): Tool {
  return {
    name: row.name,
    title: row.title,
    description: row.description,
    inputSchema: jsonSchema(row.input, 'input'),
    outputSchema: jsonSchema(row.output, 'output'),
    annotations: {
      title: row.title,
      readOnlyHint: row.hints.readOnly,
      destructiveHint: row.hints.destructive,
      idempotentHint: row.hints.idempotent,
      openWorldHint: row.hints.openWorld ?? false,
    },
  };
}

// Draft 7 is what clients validate against; they have no later one at hand.
function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Tool['inputSchema'] {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { target: 'draft-7', io });
  return ObjectSchema.parse(json);
}

const ObjectSchema = z.looseObject({
  type: z.literal('object'),
  properties: z.record(z.string(), z.looseObject({})).optional(),
  required: z.array(z.string()).optional(),
});
