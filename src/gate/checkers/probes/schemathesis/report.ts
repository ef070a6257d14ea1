import { z } from 'zod';
import { CannotTell } from '../../../checker';

const Content = z.object({ $base64: z.string() });
const Headers = z.record(z.string(), z.array(z.string()));

const Interaction = z.object({
  request: z.object({
    method: z.string(),
    uri: z.string(),
    headers: Headers.optional(),
    body: Content.nullish(),
  }),
  response: z.object({ status_code: z.int() }).nullish(),
});

const Check = z.object({
  name: z.string(),
  status: z.string(),
  failure_info: z.object({ failure: z.object({ type: z.string() }) }).nullish(),
});

const Case = z.object({
  value: z.object({
    meta: z
      .object({
        components: z.object({ body: z.object({ mode: z.string() }).optional() }).optional(),
        phase: z.object({ data: z.object({ description: z.string().nullish() }).nullish() }).nullish(),
      })
      .nullish(),
  }),
});

/** The lines that count of `--report ndjson`; each line is one event under its name. */
const Event = z.union([
  z.object({ Initialize: z.object({ schemathesis_version: z.string() }) }),
  z.object({
    ScenarioFinished: z.object({
      recorder: z.object({
        label: z.string(),
        cases: z.record(z.string(), Case).optional(),
        checks: z.record(z.string(), z.array(Check)).optional(),
        interactions: z.record(z.string(), Interaction).optional(),
      }),
    }),
  }),
  z.object({ EngineFinished: z.object({}) }),
]);

/** The failures that count. Those of other checks are not asked for. */
const FAILURES = [
  'ServerError',
  'UndefinedStatusCode',
  'UndefinedContentType',
  'MalformedMediaType',
  'MalformedJson',
  'JsonSchemaError',
  'AcceptedNegativeData',
] as const;
export type FailureType = (typeof FAILURES)[number];

/** A request schemathesis made, and what it holds against the answer. */
export interface TriedRequest {
  /** `POST /v1/orders`. */
  readonly label: string;
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none, or no text. */
  readonly body: string | null;
  readonly isBinary: boolean;
  /** Null: no answer. */
  readonly status: number | null;
  readonly failures: readonly FailureType[];
  /** How its body breaks the schema on purpose; null: it does not. */
  readonly spoiltBody: string | null;
}

export interface FuzzReport {
  readonly version: string | null;
  /** Whether it came to its end. */
  readonly complete: boolean;
  readonly labels: readonly string[];
  readonly requests: readonly TriedRequest[];
}

/**
 * Reads the events of a run. The last line may be cut; what other lines there are is left to schemathesis.
 * @throws CannotTell for events of another shape
 */
export function readFuzzReport(text: string): FuzzReport {
  let version: string | null = null;
  let complete = false;
  const labels = new Set<string>();
  const requests: TriedRequest[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (!/^\{\s*"(?:Initialize|ScenarioFinished|EngineFinished)"/.test(line)) continue;
    const value = parseLine(line);
    if (value === undefined && index === lines.length - 1) continue;
    const event = Event.safeParse(value);
    if (!event.success) throw new CannotTell('schemathesis wrote a report of another shape');
    if ('Initialize' in event.data) version = event.data.Initialize.schemathesis_version;
    else if ('EngineFinished' in event.data) complete = true;
    else {
      const { label, cases, checks, interactions } = event.data.ScenarioFinished.recorder;
      for (const [id, { request, response }] of Object.entries(interactions ?? {})) {
        labels.add(label);
        const sent = request.body?.$base64;
        const bytes = sent === undefined ? null : Buffer.from(sent, 'base64');
        const body = bytes?.toString('utf8') ?? null;
        const spoiltBody = spoiltBodyOf(cases?.[id]);
        requests.push({
          label,
          method: request.method,
          uri: request.uri,
          headers: Object.fromEntries(
            Object.entries(request.headers ?? {}).map(([name, values]) => [name, values.join(', ')]),
          ),
          body,
          isBinary: bytes !== null && !Buffer.from(body ?? '', 'utf8').equals(bytes),
          status: response?.status_code ?? null,
          failures: failuresIn(checks?.[id] ?? [], spoiltBody),
          spoiltBody,
        });
      }
    }
  }
  return { version, complete, labels: [...labels], requests };
}

function spoiltBodyOf(one: z.infer<typeof Case> | undefined): string | null {
  const meta = one?.value.meta;
  if (meta?.components?.body?.mode !== 'negative') return null;
  return meta.phase?.data?.description ?? 'made to break the schema';
}

/** Many frameworks turn `"5"` into 5, and no column of a database takes a value of another type. */
const OF_TYPE = /incorrect type|violates `type`/i;

function failuresIn(checks: readonly z.infer<typeof Check>[], spoiltBody: string | null): FailureType[] {
  const types = checks
    .filter(({ status }) => status === 'failure')
    .map(({ failure_info: info }) => info?.failure.type);
  const isQuestion = spoiltBody !== null && !OF_TYPE.test(spoiltBody);
  return FAILURES.filter((type) => types.includes(type) && (type !== 'AcceptedNegativeData' || isQuestion));
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
