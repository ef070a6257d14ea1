import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { z } from 'zod';

const Issues = z
  .array(z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])) }))
  .min(1);
const LONGEST = 500;

/** Has a transport send every error as one sentence: the library's may be a list of issues over many lines. */
export function tidyErrors<T extends Transport>(transport: T): T {
  const send = transport.send.bind(transport);
  transport.send = (message, options) =>
    'error' in message
      ? send(
          { ...message, error: { code: message.error.code, message: sentence(message.error.message) } },
          options,
        )
      : send(message, options);
  return transport;
}

/** One line of what the library says, without its own prefix. */
function sentence(text: string): string {
  const said = text.replace(/^(?:MCP error -?\d+: )+/, '');
  const start = said.indexOf('[');
  const issues = start < 0 ? null : issuesOf(said.slice(start));
  const line = issues === null ? said : `The request cannot be used: ${issues}.`;
  return line.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
}

function issuesOf(text: string): string | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const issue = Issues.safeParse(json).data?.[0];
  return issue === undefined ? null : `${issue.path.map(String).join('.')}: ${issue.message}`;
}
