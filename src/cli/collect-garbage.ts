import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GcItem, GcPlan, GcRequest } from './gc-plan';

/** Folders of a home whose files age; branches and worktrees are the git adapter's. */
export interface GcFolders {
  readonly blobs: string;
  readonly reports: string;
  readonly logs: string;
}

/** What of the home's files is older than asked; removes nothing. */
export async function planFiles(folders: GcFolders, request: GcRequest): Promise<GcPlan> {
  const before = Date.now() - request.olderThanMs;
  // Blobs are shared by content: an old one may be part of an open objective without a younger trace.
  const blobs = request.open.size > 0 ? [] : await oldFiles('blob', folders.blobs, before);
  const reports = (await oldFiles('report', folders.reports, before)).filter(
    (item) => ![...request.open].some((id) => item.path.startsWith(join(folders.reports, id))),
  );
  const logs = await oldFiles('log', folders.logs, before);
  const notes =
    request.open.size === 0
      ? []
      : [
          `Blobs stay while an objective is open (${String(request.open.size)} now): it may need any of them.`,
        ];
  return { request, items: [...blobs, ...reports, ...logs], notes };
}

export async function removeFiles(items: readonly GcItem[]): Promise<void> {
  for (const item of items) await rm(item.path, { force: true });
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
