import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AuditLine, GENESIS, type AuditHead, type AuditVerdict } from '../domain/escalation/audit';
import { canonicalJson } from '../domain/common/canonical-json';

export const LOG_FILE = 'log.jsonl';
export const HEAD_FILE = 'head.json';

/** Before the first line. */
export const NO_HEAD: AuditHead = { seq: 0, hash: GENESIS };

/** What every line has, whatever else a version of this product wrote into it. */
const Link = z.looseObject({
  seq: z.int(),
  prev: z.string(),
  hash: z.string(),
  kind: z.string(),
  id: z.string().optional(),
});
export type Link = z.infer<typeof Link>;

export function hashOf(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A line as it is written, after `before`. */
export function chained(
  content: Readonly<Record<string, unknown>>,
  before: AuditHead,
): { readonly text: string; readonly head: AuditHead } {
  const body = { ...content, seq: before.seq + 1, prev: before.hash };
  const hash = hashOf(canonicalJson(body));
  return { text: `${canonicalJson({ ...body, hash })}\n`, head: { seq: body.seq, hash } };
}

/** The chain's part of a line; null: it is none. */
export function linkOf(text: string): Link | null {
  try {
    return Link.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** A line as a whole; null: this version cannot read it. */
export function lineOf(text: string): AuditLine | null {
  try {
    return AuditLine.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Why a line does not follow the one before, or null when it does. */
export function brokenBy(link: Link | null, before: AuditHead): string | null {
  if (link === null) return 'is no line of this log';
  const { hash, ...body } = link;
  if (hashOf(canonicalJson(body)) !== hash) return 'was changed: its hash is another';
  if (link.seq !== before.seq + 1)
    return `has the number ${String(link.seq)} where ${String(before.seq + 1)} belongs: lines are missing, added or moved`;
  return link.prev === before.hash ? null : 'does not follow the line before it';
}

/** Where a chain goes on after a line; what is no line is taken by its bytes, so that nobody is kept from writing. */
export function headAfter(text: string, count: number): AuditHead {
  const link = linkOf(text);
  return link === null ? { seq: count, hash: hashOf(text) } : { seq: link.seq, hash: link.hash };
}

/** The chain alone does not tell that lines were cut off at its end; what was noted beside it does. */
export function problemOfHead(heads: readonly AuditHead[], noted: AuditHead | null): AuditVerdict['problem'] {
  if (noted === null)
    return heads.length === 0
      ? null
      : { line: 1, why: 'head.json, which belongs to it, is missing or cannot be read' };
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

/** Complete lines of a log, and what stands after the last line end: a crash left it. */
export function splitLines(bytes: Buffer): { readonly lines: string[]; readonly torn: Buffer } {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, end).toString('utf8').split('\n');
  lines.pop();
  return { lines, torn: bytes.subarray(end) };
}
