import type { IncomingMessage } from 'node:http';

/** A plan of 200 tasks fits. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Beyond it the connection ends without an answer; up to it the rest is read and forgotten, so that one arrives. */
const MOST_IGNORED_BYTES = 8 * MOST_BYTES;
const MOST_FIELDS = 20;
const TYPE = 'application/x-www-form-urlencoded';

/** A body nobody reads: too large, or no form. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  readonly status: 413 | 415;

  constructor(status: 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The fields of a form, trimmed, without empty ones; of several with one name the first.
 * @throws BodyRefused
 */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  if (request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== TYPE)
    throw new BodyRefused(415, 'Only forms can be sent.');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_IGNORED_BYTES) break;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES) throw new BodyRefused(413, 'What was sent is too large.');
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) {
    const text = value.replace(/\r\n/g, '\n').trim();
    if (text !== '' && !fields.has(name) && fields.size < MOST_FIELDS) fields.set(name, text);
  }
  return fields;
}
