import type { AuditEntry, AuditHead, AuditLine, AuditVerdict } from '../domain/escalation/audit';

/** The append-only log of what people decided; several processes may write to one. */
export interface AuditLog {
  /** Writes entries down for good, in order; those that are in it already stay as they are. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** The newest line; null: nothing was ever written. */
  head(): Promise<AuditHead | null>;
}

/** The same log as people look at it. */
export interface AuditReader {
  /** Lines that can be read, oldest first. */
  lines(): Promise<readonly AuditLine[]>;
  /** The same, and how many more there are that this version cannot read. */
  list(): Promise<{ readonly lines: readonly AuditLine[]; readonly unread: number }>;
  /** Walks the chain. `known`: a head somebody noted earlier, which has to be in it. */
  verify(known: string | null): Promise<AuditVerdict>;
}
