import { lstatSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile, withFile, readBytes } from '../worktree-files';
import { globFiles, walkFiles } from './glob-files';
import { grepFiles, type FoundLine } from './grep-files';
import { MAX_OUTPUT_BYTES, pathInside, readablePath, writablePath } from './policy';
import { readTextFile } from './read-file';
import { defineTool, result, ToolRefusal, type Tool, type ToolContext } from './tool';

const FilePath = z.string().min(1).max(1000).describe('relative to the root of the worktree');
const MOST_EDITED_BYTES = 1024 * 1024;

/** The agent toolset's file tools by name and input, each behind the policy. */
export const FILE_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'read',
    description: 'Read a text file. For long files give view_range: [first line, last line], counted from 1.',
    input: z.strictObject({ file_path: FilePath, view_range: z.tuple([z.int(), z.int()]).optional() }),
    async run(input, context) {
      const path = await readablePath(context, input.file_path);
      const text = await readTextFile(await rootOf(context), path, input.view_range);
      const seen = await context.access.filterFile(path, text);
      context.access.read(path, Math.min(seen.length, MAX_OUTPUT_BYTES));
      return result(seen);
    },
  }),
  defineTool({
    name: 'write',
    description: 'Write a whole text file, creating its folders. Only inside what the task owns or shares.',
    input: z.strictObject({ file_path: FilePath, content: z.string() }),
    async run(input, context) {
      const path = await writablePath(context, input.file_path);
      replaceFile(await rootOf(context), path, input.content);
      context.access.wrote(path, 'whole');
      return result(`wrote ${String(Buffer.byteLength(input.content))} bytes to ${path}`, {
        changes: [path],
      });
    },
  }),
  defineTool({
    name: 'edit',
    description:
      'Replace old_string by new_string in a file. old_string must occur exactly once unless replace_all is true.',
    input: z.strictObject({
      file_path: FilePath,
      old_string: z.string().min(1),
      new_string: z.string(),
      replace_all: z.boolean().optional(),
    }),
    async run(input, context) {
      const path = await writablePath(context, input.file_path);
      const root = await rootOf(context);
      const before = await editableText(root, path);
      const times = before.split(input.old_string).length - 1;
      if (times === 0)
        throw new ToolRefusal(`edit: old_string was not found in ${path}; read the file again.`);
      if (times > 1 && input.replace_all !== true) {
        throw new ToolRefusal(
          `edit: old_string appears ${String(times)} times in ${path}; give more of what is around it, or replace_all.`,
        );
      }
      const trusted = context.access.isTrusted(path);
      replaceFile(root, path, before.split(input.old_string).join(input.new_string));
      context.access.wrote(path, trusted ? 'trusted' : 'untrusted');
      return result(`edited ${path} (${String(times)} replacement(s))`, { changes: [path] });
    },
  }),
  defineTool({
    name: 'grep',
    description: 'Search file contents by a regular expression; lines come as path:line:text.',
    input: z.strictObject({ pattern: z.string().min(1).max(1000), path: FilePath.optional() }),
    async run(input, context) {
      const root = await rootOf(context);
      const folder = await searchedPath(context, root, input.path ?? '.');
      const files = folder.isFile ? [folder.path] : readableFiles(context, root, folder.path);
      const { found, note } = await grepFiles({
        root,
        files,
        pattern: input.pattern,
        signal: context.signal,
      });
      const lines = await seenLines(context, found);
      return result([...lines, ...(note === null ? [] : [`(${note})`])].join('\n') || 'no matches');
    },
  }),
  defineTool({
    name: 'glob',
    description: 'List files by a pattern with *, **, ? and {a,b}; dependencies and .git are left out.',
    input: z.strictObject({ pattern: z.string().min(1).max(500), path: FilePath.optional() }),
    async run(input, context) {
      const root = await rootOf(context);
      const { path } = await searchedPath(context, root, input.path ?? '.');
      const found = context.access.listable(globFiles(root, path, input.pattern));
      return result(found.length === 0 ? 'no files' : found.join('\n'));
    },
  }),
];

function rootOf(context: ToolContext): Promise<string> {
  return realpath(context.worktree.path);
}

/** A folder to look into, or one file, which has to be readable. */
async function searchedPath(
  context: ToolContext,
  root: string,
  asked: string,
): Promise<{ readonly path: string; readonly isFile: boolean }> {
  const path = await pathInside(context, asked);
  const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return { path, isFile: false };
  const file = await readablePath(context, asked);
  if (stats === undefined) throw new ToolRefusal(`${file}: there is no such file or folder.`);
  return { path: file, isFile: true };
}

function* readableFiles(context: ToolContext, root: string, folder: string): Generator<string> {
  for (const path of walkFiles(root, folder)) {
    if (context.access.judge(path).kind !== 'denied') yield path;
  }
}

/** Found lines as they are told; of files that may hold copies of denied ones, what the filter leaves. */
async function seenLines(context: ToolContext, found: readonly FoundLine[]): Promise<string[]> {
  const told = found.map((line) => `${line.path}:${String(line.number)}:${line.text}`);
  for (const [path, characters] of charactersPerFile(found)) context.access.read(path, characters);
  const doubtful = new Set(
    [...new Set(found.map((line) => line.path))].filter((path) => !context.access.isTrusted(path)),
  );
  if (doubtful.size === 0) return told;
  const isDoubtful = (index: number): boolean => doubtful.has(found[index]?.path ?? '');
  const filtered = await context.access.filter(told.filter((_, index) => isDoubtful(index)).join('\n'));
  return [...told.filter((_, index) => !isDoubtful(index)), filtered];
}

function charactersPerFile(found: readonly FoundLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { path, text } of found) sums.set(path, (sums.get(path) ?? 0) + path.length + text.length);
  return sums;
}

function editableText(root: string, path: string): Promise<string> {
  return withFile(root, path, ({ fd, stats }) => {
    if (stats.size > MOST_EDITED_BYTES) {
      throw new ToolRefusal(`${path} has ${String(stats.size)} bytes, too many to edit; write it whole.`);
    }
    const bytes = readBytes(fd, 0, stats.size);
    if (bytes.includes(0)) throw new ToolRefusal(`${path} is a binary file; only text can be edited.`);
    return bytes.toString('utf8');
  });
}
