import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { readCheckoutFile } from '../checkout-file';
import type { RecordedRequest } from '../facts/test-run';

const MOST_FILES = 2000;
const MOST_RECORDS = 50_000;

const Line = z.object({
  method: z.string().max(20),
  path: z.string().max(4000),
  status: z.int().min(100).max(999),
  contentType: z.string().max(500).nullable(),
  body: z.string().max(8192).nullable(),
  document: z.string().max(8192).nullable().optional(),
});

/** The requests that the processes of a test run wrote down in `folder`; lines that are none of ours are left out. */
export async function readRecordedRequests(folder: string): Promise<RecordedRequest[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).slice(0, MOST_FILES);
  const requests: RecordedRequest[] = [];
  for (const name of names.sort()) {
    // The tests can write here too: no links, no pipes, no endless files.
    const text = await readCheckoutFile(folder, name).catch(() => null);
    for (const line of text?.split('\n') ?? []) {
      if (requests.length === MOST_RECORDS) return requests;
      const row = Line.safeParse(parsed(line));
      if (!row.success) continue;
      const { document, ...request } = row.data;
      requests.push({ ...request, document: document ?? null });
    }
  }
  return requests;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
