export interface GcRequest {
  readonly olderThanMs: number;
  /** Objectives of which everything stays. */
  readonly open: ReadonlySet<string>;
}

/** Kinds of what ages in a home, in the order they are told. */
export const GC_KINDS = [
  { kind: 'blob', label: 'blobs' },
  { kind: 'journal', label: 'journals' },
  { kind: 'report', label: 'reports' },
  { kind: 'log', label: 'logs' },
  { kind: 'receipt', label: 'receipts' },
  { kind: 'dependency', label: 'dependencies' },
  { kind: 'database', label: 'databases' },
] as const;

/** A file, or a folder with all in it, that may go. */
export interface GcItem {
  readonly kind: (typeof GC_KINDS)[number]['kind'];
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
}

export interface GcPlan {
  readonly request: GcRequest;
  readonly items: readonly GcItem[];
  /** Closed objectives whose branches and worktrees may go. */
  readonly objectives: readonly string[];
  /** Sentences about what stays and why. */
  readonly notes: readonly string[];
}

export interface GcDone {
  /** Files, and folders removed as a whole. */
  readonly files: number;
  readonly bytes: number;
  /** Objectives whose branches and worktrees were removed. */
  readonly objectives: readonly string[];
  readonly worktrees: number;
  readonly mirrors: number;
}

export const DAY_MS = 86_400_000;
const UNITS = { d: DAY_MS, h: 3_600_000, m: 60_000 } as const;

/** `30d`, `12h`, `90m` in milliseconds; null for anything else. */
export function parseAge(text: string): number | null {
  const match = /^([0-9]{1,5})([dhm])$/.exec(text.trim());
  const unit = match?.[2];
  if (match === null || (unit !== 'd' && unit !== 'h' && unit !== 'm')) return null;
  return Number(match[1]) * UNITS[unit];
}

/** `12.3 MB`; decimal units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
