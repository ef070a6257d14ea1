import { z } from 'zod';

/** Where the service is started and how one knows that it is ready. */
export interface StartCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Path that answers with 2xx when it is ready; null: any answer counts. */
  readonly health: string | null;
  readonly readyTimeoutMs: number;
  /** A port the service listens on instead of the one it was given is taken; only in a network of its own. */
  readonly findsPort: boolean;
}

/** A listener of the stage that passes everything on to a database's socket. */
export interface RelayCommand {
  readonly listen: { readonly path: string } | { readonly port: number };
  readonly target: { readonly path: string } | { readonly host: string; readonly port: number };
}

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** Loopback address it comes from; null: the usual one. */
  readonly from: string | null;
}

/**
 * A program of this machine beside the service. In its arguments `{url}` stands for where the service listens, and
 * `{report}` for a file of the stage that it writes.
 */
export interface ToolCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What the parent asks the stage for; one line of JSON each, answered by a line with the same `id`. */
export type StageCommand =
  | { readonly kind: 'relay'; readonly relay: RelayCommand }
  /** Answers when the service is ready, or why it is not. */
  | { readonly kind: 'start'; readonly start: StartCommand }
  | { readonly kind: 'request'; readonly request: SentRequest }
  | {
      readonly kind: 'load';
      readonly requests: readonly SentRequest[];
      readonly amount: number;
      readonly connections: number;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'tool'; readonly tool: ToolCommand }
  | { readonly kind: 'figures'; readonly collect: boolean }
  | { readonly kind: 'slowdown' }
  /** Ends the connections to the database and admits none, or admits them again. */
  | { readonly kind: 'database'; readonly reachable: boolean };

/** How a start went. */
export const StartResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), port: z.number(), ms: z.number() }),
  z.object({ kind: z.literal('exited'), code: z.number().nullable(), signal: z.string().nullable() }),
  /** `detail`: what was heard last. */
  z.object({ kind: z.literal('not-ready'), detail: z.string() }),
  z.object({ kind: z.literal('not-started'), detail: z.string() }),
]);
export type StartResult = z.infer<typeof StartResult>;

/** An answer to a request, or the reason why there is none. */
export const RequestResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    ms: z.number(),
  }),
  z.object({ kind: z.literal('silent'), reason: z.string() }),
]);
export type RequestResult = z.infer<typeof RequestResult>;

export const LoadResult = z.object({
  samplesMs: z.array(z.number()),
  non2xx: z.number(),
  errors: z.number(),
  /** Answers by status. */
  statuses: z.record(z.string(), z.number()),
});
export type LoadResult = z.infer<typeof LoadResult>;

/** How a program beside the service ended. */
export const ToolResult = z.object({
  /** Null where it was ended: its time was over, or it could not be started. */
  exitCode: z.number().nullable(),
  /** Absolute, without a slash at its end. */
  url: z.string(),
  /** The end of what it printed. */
  output: z.string(),
  /** The beginning of what it wrote to `{report}`, at most 8 MiB; null: nothing. */
  report: z.string().nullable(),
});
export type ToolResult = z.infer<typeof ToolResult>;

export const FiguresResult = z.object({
  rssBytes: z.number().nullable(),
  loopDelayP99Ms: z.number().nullable(),
  loopDelayMaxMs: z.number().nullable(),
  heapBytes: z.number().nullable(),
});
export type FiguresResult = z.infer<typeof FiguresResult>;

/** A line of the stage. */
export const StageLine = z.union([
  z.object({ id: z.number(), error: z.string() }),
  z.object({ id: z.number(), ok: z.unknown() }),
  z.object({ event: z.literal('log'), text: z.string() }),
  z.object({ event: z.literal('exit'), code: z.number().nullable(), signal: z.string().nullable() }),
  /** It wrote more than any service should, and was ended. */
  z.object({ event: z.literal('flood') }),
]);
export type StageLine = z.infer<typeof StageLine>;
