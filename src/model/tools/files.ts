import { realpath } from 'node:fs/promises';
import {
  betaEditTool,
  betaGrepTool,
  betaReadTool,
  betaWriteTool,
} from '@anthropic-ai/sdk/tools/agent-toolset/node';
import { z } from 'zod';
import { globFiles } from './glob-files';
import { readablePath, writablePath } from './policy';
import { defineTool, result, type Tool, type ToolContext } from './tool';

const FilePath = z.string().min(1).max(1000).describe('relative to the root of the worktree');

/** The agent toolset's file tools, each behind the policy; inputs and results are the toolset's. */
export const FILE_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'read',
    description: 'Read a text file. For long files give view_range: [first line, last line], counted from 1.',
    input: z.strictObject({ file_path: FilePath, view_range: z.tuple([z.int(), z.int()]).optional() }),
    async run(input, context) {
      const path = await readablePath(context, input.file_path);
      const tool = betaReadTool(await toolset(context));
      return result(asText(await tool.run({ ...input, file_path: path })));
    },
  }),
  defineTool({
    name: 'write',
    description: 'Write a whole text file, creating its folders. Only inside what the task owns or shares.',
    input: z.strictObject({ file_path: FilePath, content: z.string() }),
    async run(input, context) {
      const path = await writablePath(context, input.file_path);
      const tool = betaWriteTool(await toolset(context));
      return result(asText(await tool.run({ ...input, file_path: path })), { changes: [path] });
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
      const tool = betaEditTool(await toolset(context));
      return result(asText(await tool.run({ ...input, file_path: path })), { changes: [path] });
    },
  }),
  defineTool({
    name: 'grep',
    description: 'Search file contents by a regular expression; lines come as path:line:text.',
    input: z.strictObject({ pattern: z.string().min(1).max(1000), path: FilePath.optional() }),
    async run(input, context) {
      const path = await readablePath(context, input.path ?? '.');
      const { workdir } = await toolset(context);
      const tool = betaGrepTool({ workdir });
      const found = asText(await tool.run({ pattern: input.pattern, path: path === '' ? '.' : path }));
      return result(found.replaceAll(`${workdir}/`, ''));
    },
  }),
  defineTool({
    name: 'glob',
    description: 'List files by a pattern with *, **, ? and {a,b}; dependencies and .git are left out.',
    input: z.strictObject({ pattern: z.string().min(1).max(500), path: FilePath.optional() }),
    async run(input, context) {
      const path = await readablePath(context, input.path ?? '.');
      const { workdir } = await toolset(context);
      const found = await globFiles(workdir, path, input.pattern);
      return result(found.length === 0 ? 'no files' : found.join('\n'));
    },
  }),
];

async function toolset(context: ToolContext): Promise<{ workdir: string }> {
  return { workdir: await realpath(context.worktree.path) };
}

function asText(output: unknown): string {
  return typeof output === 'string' ? output : JSON.stringify(output);
}
