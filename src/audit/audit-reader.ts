import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GENESIS, type AuditHead, type AuditVerdict } from '../domain/audit';
import { errorCodeOf } from '../config/error-code';
import type { AuditReader } from '../ports/audit';
import { readHead } from './audit-log';
import { brokenBy, headAfter, linkOf, lineOf, LOG_FILE, NO_HEAD, splitLines } from './chain';

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
  return {
    lines: async () => (await read()).lines.flatMap((text) => lineOf(text) ?? []),
    verify: async (known) => {
      // Read first: a line written in between is in the log and not in what was noted, never the other way round.
      const noted = await readHead(folder);
      const { lines, torn } = await read();
      return verdictOf(lines, { noted, known, torn: torn.length });
    },
  };
}

function verdictOf(
  lines: readonly string[],
  facts: { readonly noted: AuditHead | null; readonly known: string | null; readonly torn: number },
): AuditVerdict {
  const { noted, known, torn } = facts;
  const heads: AuditHead[] = [];
  let head = NO_HEAD;
  for (const [at, text] of lines.entries()) {
    const why = brokenBy(linkOf(text), head);
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

/** The chain alone does not tell that lines were cut off at its end; what was noted beside it does. */
function problemOfHead(heads: readonly AuditHead[], noted: AuditHead | null): AuditVerdict['problem'] {
  if (noted === null)
    return heads.length === 0 ? null : { line: 1, why: 'head.json, which belongs to it, is missing' };
  if (noted.seq > heads.length)
    return {
      line: heads.length + 1,
      why: `is missing: head.json knows of ${String(noted.seq)} lines, so the end was cut off`,
    };
  const there = noted.seq === 0 ? GENESIS : heads[noted.seq - 1]?.hash;
  return there === noted.hash
    ? null
    : { line: Math.max(1, noted.seq), why: 'is another than was written: head.json holds its hash' };
}

function problemOfKnown(heads: readonly AuditHead[], known: string | null): AuditVerdict['problem'] {
  if (known === null || heads.some(({ hash }) => hash.startsWith(known))) return null;
  return { line: heads.length + 1, why: `is missing: no line has the hash ${known}` };
}
