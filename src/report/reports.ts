import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../ports/blob-store';
import type { Reports } from '../ports/report';
import { buildReport } from './build-report';
import { renderHtml } from './html/render-html';
import { describePullRequest } from './describe-pull-request';
import { renderMarkdown } from './render-markdown';

/** Where the files of a report are. */
function reportPaths(
  dir: string,
  objectiveId: string,
): { readonly markdown: string; readonly json: string; readonly html: string } {
  const path = (ending: string): string => join(dir, `${objectiveId}.${ending}`);
  return { markdown: path('md'), json: path('json'), html: path('html') };
}

/**
 * Writes `<dir>/<objective id>.md`, `.json` and `.html`, each complete or not at all; writing again replaces them.
 * `report` is the absolute path of the Markdown when `dir` is absolute.
 */
export function createReports(options: {
  readonly dir: string;
  readonly blobs: Pick<BlobStore, 'get'>;
}): Reports {
  return {
    write: async ({ status, audit = null }) => {
      const report = await buildReport(status, options.blobs, audit);
      const paths = reportPaths(options.dir, status.objectiveId);
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      await writeWhole(paths.json, `${JSON.stringify(report, null, 2)}\n`);
      await writeWhole(paths.html, renderHtml(report));
      await writeWhole(paths.markdown, renderMarkdown(report));
      return { report: paths.markdown };
    },
    describe: async ({ status, report: path }) =>
      describePullRequest(await buildReport(status, options.blobs), path),
  };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
