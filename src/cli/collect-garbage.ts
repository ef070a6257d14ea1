import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GcItem, GcPlan, GcRequest } from './gc-plan';

/** Folders of a home whose content ages; branches and worktrees are the git adapter's. */
export interface GcFolders {
  readonly blobs: string;
  readonly journals: string;
  readonly reports: string;
  readonly logs: string;
  readonly receipts: string;
  readonly dependencies: string;
}

/** What the other adapters would remove, as they tell it. */
export interface GcFindings {
  /** Closed objectives whose branches and worktrees are old enough. */
  readonly objectives: readonly string[];
  /** Database folders whose process is gone; of any age, since nobody can use them again. */
  readonly databases: readonly string[];
}

/** What of the home is older than asked, or has no owner; removes nothing. */
export async function planGc(
  folders: GcFolders,
  request: GcRequest,
  findings: GcFindings = { objectives: [], databases: [] },
): Promise<GcPlan> {
  const before = Date.now() - request.olderThanMs;
  const isQuiet = request.open.size === 0;
  // Blobs are shared by content: an old one may be part of an open objective without a younger trace. So are
  // installed dependencies, into which its worktrees are linked.
  const blobs = isQuiet ? await oldFiles('blob', folders.blobs, before) : [];
  const dependencies = isQuiet ? await oldEntries('dependency', folders.dependencies, before) : [];
  const reports = (await oldFiles('report', folders.reports, before)).filter(
    (item) => ![...request.open].some((id) => item.path.startsWith(join(folders.reports, id))),
  );
  const journals = (await oldFiles('journal', folders.journals, before)).filter(
    (item) => ![...request.open].some((id) => item.path.startsWith(`${join(folders.journals, id)}/`)),
  );
  const logs = await oldFiles('log', folders.logs, before);
  const receipts = await oldFiles('receipt', folders.receipts, before);
  const databases = await Promise.all(
    findings.databases.map(async (path) => ({ kind: 'database' as const, path, bytes: await sizeOf(path) })),
  );
  const notes = isQuiet
    ? []
    : [
        `Blobs and dependencies stay while an objective is open (${String(request.open.size)} now): it may need any of them.`,
      ];
  return {
    request,
    items: [...blobs, ...journals, ...reports, ...logs, ...receipts, ...dependencies, ...databases],
    objectives: findings.objectives,
    notes,
  };
}

export async function removeItems(items: readonly GcItem[]): Promise<void> {
  for (const item of items) await rm(item.path, { recursive: true, force: true });
}

async function oldFiles(kind: GcItem['kind'], folder: string, before: number): Promise<GcItem[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const items: GcItem[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < before) items.push({ kind, path, bytes: found.size });
  }
  return items;
}

/** The entries right in a folder, each a whole of its own. */
async function oldEntries(kind: GcItem['kind'], folder: string, before: number): Promise<GcItem[]> {
  const items: GcItem[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < before) items.push({ kind, path, bytes: await sizeOf(path) });
  }
  return items;
}

async function sizeOf(path: string): Promise<number> {
  const own = await stat(path).catch(() => null);
  if (own === null) return 0;
  if (!own.isDirectory()) return own.size;
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}
