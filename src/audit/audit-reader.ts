import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditHead, AuditVerdict } from '../domain/escalation/audit';
import { errorCodeOf } from '../config/error-code';
import type { AuditReader } from '../ports/audit';
import { readHead } from './audit-log';
import { brokenBy, headAfter, linkOf, lineOf, LOG_FILE, NO_HEAD, problemOfHead, splitLines } from './chain';

/** Reads the audit log of a folder; changes nothing, and needs no lock: lines are only ever added. */
export function createAuditReader({ folder }: { readonly folder: string }): AuditReader {
  const read = async (): Promise<ReturnType<typeof splitLines>> => {
    try {
      return splitLines(await readFile(join(folder, LOG_FILE)));
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return { lines: [], torn: Buffer.alloc(0) };
      throw error;
    }
  };
  const list: AuditReader['list'] = async () => {
    const { lines } = await read();
    const readable = lines.flatMap((text) => lineOf(text) ?? []);
    return { lines: readable, unread: lines.length - readable.length };
  };
  return {
    lines: async () => (await list()).lines,
    list,
    verify: async (known) => {
      // Read first: a line written in between is in the log and not in what was noted, never the other way round.
      const noted = await readHead(folder);
      const { lines, torn } = await read();
      return verdictOf(lines, { noted, known, torn: torn.length });
    },
  };
}

const BREAK = 'tells that the lines before it were not those that had been written when it was added';

function verdictOf(
  lines: readonly string[],
  facts: { readonly noted: AuditHead | null; readonly known: string | null; readonly torn: number },
): AuditVerdict {
  const { noted, known, torn } = facts;
  const heads: AuditHead[] = [];
  let head = NO_HEAD;
  for (const [at, text] of lines.entries()) {
    const link = linkOf(text);
    const why = brokenBy(link, head) ?? (link?.kind === 'break' ? BREAK : null);
    if (why !== null) return { lines: lines.length, head, problem: { line: at + 1, why }, notes: [] };
    head = headAfter(text, at + 1);
    heads.push(head);
  }
  const newer = noted === null ? 0 : lines.length - noted.seq;
  const notes = [
    ...(torn > 0
      ? [`The last ${String(torn)} bytes are half a line that a crash left; the next decision cuts them off.`]
      : []),
    ...(newer > 0 ? [`The newest ${String(newer)} lines are not in head.json: a crash came between.`] : []),
  ];
  const problem = problemOfHead(heads, noted) ?? problemOfKnown(heads, known);
  return { lines: lines.length, head, problem, notes };
}

function problemOfKnown(heads: readonly AuditHead[], known: string | null): AuditVerdict['problem'] {
  if (known === null || heads.some(({ hash }) => hash.startsWith(known))) return null;
  return { line: heads.length + 1, why: `is missing: no line has the hash ${known}` };
}
