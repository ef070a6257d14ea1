import { z } from 'zod';
import { FACETS } from '../domain/plan/analysis';
import { GateSlug } from '../domain/quality-gate/gate-items';
import { TaskId } from '../domain/plan/plan';
import { ModelQuestion } from '../domain/escalation/model-question';
import { RoleName } from '../domain/department/specialists';
import { ChangeSections, type LoadedDesign } from './change-sections';
import { Name, Pattern, RelativePath } from './playbook-values';

function oneOrMany<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>[]> {
  return z.union([schema.transform((value) => [value]), z.array(schema).min(1)]);
}

/** What a request must contain for an answer to be given; every field present must hold. */
export const Conditions = z.strictObject({
  ask: ModelQuestion.optional(),
  task: oneOrMany(TaskId).optional(),
  role: oneOrMany(RoleName).optional(),
  contains: oneOrMany(Pattern).optional(),
  lacks: oneOrMany(Pattern).optional(),
  lastContains: oneOrMany(Pattern).optional(),
  lastLacks: oneOrMany(Pattern).optional(),
  lastFailed: z.boolean().optional(),
  after: oneOrMany(Name).optional(),
});
export type Conditions = z.infer<typeof Conditions>;

const ToolCall = z.strictObject({ name: z.string().min(1), input: z.record(z.string(), z.unknown()) });
const WriteCall = z.strictObject({ write: RelativePath, from: RelativePath.optional() });

const STOPS = ['max_tokens', 'refusal', 'pause_turn'] as const;

/** Turns of a conversation: text, tool calls, or both. `stop` overrides how the turn says it ended. */
const TurnReply = z
  .strictObject({
    text: z.string().min(1).optional(),
    tools: z.array(z.union([ToolCall, WriteCall])).default([]),
    stop: z.enum(STOPS).optional(),
  })
  .refine((reply) => reply.text !== undefined || reply.tools.length > 0 || reply.stop !== undefined, {
    message: 'a reply needs a text, tools, json, jsonFile or an error',
  });

/** An answer to a structured question: the value itself, or a YAML or JSON file that holds it. */
const JsonReply = z.union([
  z.strictObject({ json: z.unknown().refine((value) => value !== undefined, 'json is missing') }),
  z.strictObject({ jsonFile: RelativePath }),
]);

/** An error in place of an answer, every time the conditions hold. */
const ErrorReply = z.strictObject({
  error: z.strictObject({
    status: z.int().min(400).max(599),
    type: z.string().min(1),
    message: z.string().min(1),
    retryAfterSeconds: z.number().nonnegative().optional(),
  }),
});

/** One thing the offline model can say, and when. */
export const Answer = z.strictObject({
  id: Name,
  scenarios: z.array(Name).min(1).optional(),
  when: Conditions,
  unless: oneOrMany(Conditions).optional(),
  /** May be given more than once in one conversation. */
  repeat: z.boolean().default(false),
  reply: z.union([ErrorReply, JsonReply, TurnReply]),
});
export type Answer = z.infer<typeof Answer>;

/** What a reviewer says of one gate item; lines are filled in from the source the question shows. */
const ReviewedItem = z.strictObject({
  verdict: z.enum(['pass', 'fail', 'needs-review']).default('pass'),
  claims: z
    .array(z.strictObject({ claim: z.string().min(1), file: RelativePath, quote: z.string().min(1) }))
    .default([]),
  counterEvidence: z.array(z.strictObject({ query: z.string().min(1), hits: z.string() })).default([]),
  notLookedAt: z.array(z.string().min(1)).default([]),
  confidence: z.enum(['low', 'medium', 'high']).default('medium'),
});
export type ReviewedItem = z.infer<typeof ReviewedItem>;

/** What the coordinator finds when it compares the tree with the objective. */
const ComparedTree = z.strictObject({
  /** Files that show the points of a facet; those of a task are shown by what the task changed. */
  evidence: z.partialRecord(z.enum(FACETS.map((facet) => facet.key)), z.array(RelativePath).min(1).max(5)),
  /** Points that are missing until a file of the tree shows them. */
  unbuilt: z
    .array(
      z.strictObject({
        scenarios: z.array(Name).min(1),
        point: Pattern,
        until: RelativePath,
        why: z.string().min(1).max(300),
      }),
    )
    .default([]),
});
export type ComparedTree = z.infer<typeof ComparedTree>;

/** A playbook as written in `playbook.yaml`; the format is described in `playbooks/README.md`. */
export const Playbook = z.strictObject({
  name: Name,
  title: z.string().min(1).max(200),
  covers: z.array(z.array(z.string().min(1)).min(1)).min(1),
  target: z.strictObject({ sample: Name }),
  scenarios: z.array(z.strictObject({ name: Name, title: z.string().min(1).max(300) })).min(1),
  answers: z.array(Answer).min(1),
  /** Answers to `inspect` and `compare` that no answer above gives. */
  review: z.partialRecord(GateSlug, ReviewedItem).optional(),
  compare: ComparedTree.optional(),
  /** Answers to the questions about schema changes and contracts that no answer above gives. */
  ...ChangeSections.shape,
});
export type Playbook = z.infer<typeof Playbook>;

/** A playbook ready to answer: every file it names is read, file references in inputs are contents. */
export interface LoadedPlaybook extends Omit<Playbook, 'answers' | 'design'> {
  readonly answers: readonly LoadedAnswer[];
  readonly design?: readonly LoadedDesign[] | undefined;
}

export interface LoadedAnswer {
  readonly id: string;
  readonly scenarios: readonly string[];
  readonly when: Conditions;
  readonly unless: readonly Conditions[];
  readonly repeat: boolean;
  readonly reply: LoadedReply;
}

export type LoadedReply =
  | {
      readonly kind: 'turn';
      readonly text: string | null;
      readonly tools: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[];
      readonly stop: (typeof STOPS)[number] | null;
    }
  | { readonly kind: 'json'; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
    };
