import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const Issues = z
  .array(z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])) }))
  .min(1);
const LONGEST = 500;

interface RpcError {
  readonly code: number;
  readonly message: string;
}

/** Has a transport send every error as one sentence: the library's may be a list of issues over many lines. */
export function tidyErrors<T extends Transport>(transport: T): T {
  const send = transport.send.bind(transport);
  transport.send = (message, options) =>
    'error' in message ? send({ ...message, error: tidy(message.error) }, options) : send(message, options);
  return transport;
}

/** Without the library's prefix; a request that does not fit its schema is no internal error. */
function tidy({ code, message }: RpcError): RpcError {
  const said = message.replace(/^(?:MCP error -?\d+: )+/, '');
  const start = said.indexOf('[');
  const issue = start < 0 ? null : firstIssue(said.slice(start));
  return issue === null
    ? { code, message: oneLine(said) }
    : { code: ErrorCode.InvalidParams, message: oneLine(`The request cannot be used: ${issue}.`) };
}

function firstIssue(text: string): string | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const issue = Issues.safeParse(json).data?.[0];
  return issue === undefined ? null : `${issue.path.map(String).join('.')}: ${issue.message}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
}
