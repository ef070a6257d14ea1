import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import type { Command, CommandContext } from '../command';
import { formatBytes, GC_KINDS, parseAge, type GcPlan } from '../gc-plan';
import { parseFlags } from '../parse-flags';
import { openSession } from '../session';

const GcFlags = z.strictObject({
  olderThan: z
    .string()
    .transform((text, context) => {
      const age = parseAge(text);
      if (age !== null) return age;
      context.addIssue({ code: 'custom', message: `"${text}" is no age; give one such as 30d, 12h or 90m` });
      return z.NEVER;
    })
    .default(30 * 86_400_000),
  yes: z.literal(true).optional(),
});

export const gc: Command = {
  name: 'gc',
  args: '',
  summary:
    'remove what finished objectives left: mirrors, worktrees, branches, blobs, journals, reports, logs, receipts, dependencies',
  options: [
    { flags: '--older-than <age>', help: 'only what is older, such as 30d, 12h, 90m (default: 30d)' },
    { flags: '--yes', help: 'remove it; without this it is only shown' },
  ],
  run: async (context, _args, rawFlags) => {
    const { terminal, services } = context;
    const flags = parseFlags(GcFlags, rawFlags);
    const open = await openObjectives(context);
    const plan = await services.planGc({ olderThanMs: flags.olderThan, open });
    for (const line of planLines(plan)) terminal.say(line);
    if (flags.yes !== true && !(await agreed(context))) {
      terminal.say('Nothing was removed; add --yes to do it.');
      terminal.emit({ removed: null, found: foundIn(plan), open: [...open] });
      return exitCodeOf('delivered');
    }
    const done = await services.applyGc(plan);
    terminal.say(
      `Removed ${String(done.files)} files and folders (${formatBytes(done.bytes)}), branches of ${String(done.objectives.length)} objectives, ${String(done.worktrees)} worktrees, ${String(done.mirrors)} mirrors.`,
    );
    terminal.emit({ removed: done, found: foundIn(plan), open: [...open] });
    return exitCodeOf('delivered');
  },
};

async function openObjectives({ services, terminal }: CommandContext): Promise<ReadonlySet<string>> {
  const server = await services.useServerWithHistory({ onProgress: terminal.warn });
  if (server === null) return new Set();
  const session = await openSession(server, 'none');
  try {
    return await session.department.openObjectives();
  } finally {
    await session.close();
  }
}

async function agreed({ terminal, signal }: CommandContext): Promise<boolean> {
  if (!terminal.interactive) return false;
  const prompts = await (await import('../live/inquirer-prompts.js')).createPrompts(signal);
  return prompts.confirm('Remove all this, and branches and worktrees of finished objectives of that age?');
}

function summarise(plan: GcPlan): readonly { kind: string; label: string; files: number; bytes: number }[] {
  return GC_KINDS.map(({ kind, label }) => {
    const items = plan.items.filter((item) => item.kind === kind);
    return { kind, label, files: items.length, bytes: items.reduce((sum, item) => sum + item.bytes, 0) };
  });
}

function foundIn(plan: GcPlan): unknown {
  return {
    items: summarise(plan).map(({ kind, files, bytes }) => ({ kind, files, bytes })),
    objectives: plan.objectives,
  };
}

function planLines(plan: GcPlan): readonly string[] {
  return [
    ...summarise(plan).map(
      (row) => `${row.label.padEnd(12)} ${String(row.files).padStart(6)}  ${formatBytes(row.bytes)}`,
    ),
    `${'objectives'.padEnd(12)} ${String(plan.objectives.length).padStart(6)}  branches and worktrees of closed ones`,
    ...plan.objectives.map((id) => `  ${id}`),
    ...plan.notes,
  ];
}
