import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { repositoryLabel } from '../../domain/coordination/repository-label';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { GATE_ITEMS, type GateSlug } from '../../domain/quality-gate/gate-items';
import { isRed, toGateResult } from '../../domain/quality-gate/gate-result';
import type { GateReport } from '../../domain/quality-gate/receipt';
import { argument } from '../argument';
import type { Command, CommandContext } from '../command';
import { gateLines } from '../gate-table';
import { makeOutputFolder, writingInto } from '../output-folder';
import { parseFlags } from '../parse-flags';
import type { PreparedGate } from '../services';
import { checkSandbox } from '../start/check-sandbox';
import { locateRepository } from '../start/locate-repository';
import { readConfiguration } from '../start/read-configuration';
import { createTrustStore, ensureTrust } from '../start/trust';

const on = z.literal(true).optional();
const text = z.string().trim().min(1, 'must not be empty').optional();

const ItemsFlag = z.string().transform((value, context): readonly GateSlug[] => {
  const asked = value.split(',').map((part) => part.trim());
  const rows = asked.map((part) =>
    GATE_ITEMS.find(({ slug, item }) => slug === part || String(item) === part),
  );
  const unknown = asked.find((_, index) => rows[index] === undefined);
  if (unknown !== undefined) {
    const message = `there is no item "${unknown}"; give slugs or numbers from 1 to 40, separated by commas`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return rows.flatMap((row) => (row === undefined ? [] : [row.slug]));
});

const GateFlags = z.strictObject({
  ref: text,
  base: text,
  items: ItemsFlag.optional(),
  config: text,
  scope: z.enum(['task', 'objective'], { error: 'is task or objective' }).default('objective'),
  report: text,
  trust: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/i, 'is the hash that `survey` printed')
    .optional(),
  writeNotes: on,
  allowUnsandboxed: on,
});

export const gate: Command = {
  name: 'gate',
  args: '<repo>',
  summary: 'run the quality gate on a commit of a repository: no objective, model or server; 3 when red',
  options: [
    { flags: '--ref <ref>', help: 'branch, tag or commit to look at (default: what is checked out)' },
    { flags: '--base <ref>', help: 'what to compare with (default: where it left the default branch)' },
    { flags: '--items <list>', help: 'only these items, by slug or number, separated by commas' },
    { flags: '--config <file>', help: "a configuration instead of the repository's own" },
    { flags: '--scope <scope>', help: 'task: the cheap checks; objective: all of them (default)' },
    { flags: '--report <dir>', help: 'write gate.json, gate.md and gate.html into this folder' },
    { flags: '--write-notes', help: 'keep the receipts as git notes on the commit; nothing is pushed' },
    { flags: '--trust <hash>', help: 'the hash of the commands you agreed to, as `survey` prints it' },
    { flags: '--allow-unsandboxed', help: 'run commands without a sandbox where none works' },
  ],
  examples: [
    'backend-coordinator gate .',
    'backend-coordinator gate ../shop --ref feature --base main --items cors,12 --json',
  ],
  run: async (context, args, rawFlags) => {
    const { terminal, services, cwd } = context;
    const flags = parseFlags(GateFlags, rawFlags);
    const prepared = await services.prepareGate({
      repository: locateRepository(argument(args, 0), cwd),
      ref: flags.ref ?? null,
      base: flags.base ?? null,
      configuration: await readConfiguration(flags.config, cwd),
    });
    await admit(context, prepared, flags);
    const folder = flags.report === undefined ? null : resolve(cwd, flags.report);
    if (folder !== null) await makeOutputFolder(folder, '--report');
    const report = await prepared.run({
      scope: flags.scope,
      only: flags.items,
      ...(showsProgress(context) ? { onProgress: (now) => showProgress(context, now) } : {}),
      signal: context.signal,
    });
    const result = toGateResult({
      report,
      compared: prepared.base !== null,
      config: prepared.configurationHash,
      only: flags.items,
    });
    const lines = gateLines(result, terminal.paint);
    for (const line of lines) terminal.say(line);
    if (folder !== null) {
      const { renderGatePage } = await import('../../report/html/render-gate-page.js');
      await writeFiles(folder, {
        'gate.json': `${JSON.stringify(result, null, 2)}\n`,
        'gate.md': lines.join('\n'),
        'gate.html': renderGatePage({
          report,
          repository: repositoryLabel(prepared.target.source),
          green: !isRed(result),
          base: result.base,
          config: result.config,
          only: flags.items,
        }),
      });
    }
    if (flags.writeNotes === true) await keepNotes(context, prepared, report);
    terminal.emit(result);
    return exitCodeOf(isRed(result) ? 'not-delivered' : 'delivered');
  },
};

/** Everything that can be refused before a command of the repository runs. */
async function admit(
  { terminal, services, home, signal }: CommandContext,
  { target, base, surveyed }: PreparedGate,
  flags: z.infer<typeof GateFlags>,
): Promise<void> {
  for (const note of target.notes) terminal.warn(note);
  await ensureTrust({
    target,
    surveyed,
    given: flags.trust,
    store: createTrustStore(home.home),
    say: terminal.warn,
    confirm: terminal.interactive
      ? (await (await import('../live/inquirer-prompts.js')).createPrompts(signal)).confirm
      : null,
  });
  checkSandbox({
    sandbox: await services.probeSandbox(),
    target,
    model: { kind: 'offline', playbook: '', scenario: '' },
    allowUnsandboxed: flags.allowUnsandboxed === true,
  });
  terminal.warn(
    base === null
      ? 'There is nothing to compare with: every failure counts as new; --base names a commit.'
      : `Compared with ${base.slice(0, 12)}, whose commands and thresholds count.`,
  );
}

async function keepNotes(
  { terminal }: CommandContext,
  prepared: PreparedGate,
  report: GateReport,
): Promise<void> {
  const kept = await prepared.writeNotes(report);
  terminal.warn(
    kept === null
      ? 'The receipts are too large for a note; --report keeps them in files.'
      : `Receipts are in ${kept.ref} of ${kept.repository}, on ${report.commit.slice(0, 12)}; nothing was pushed.`,
  );
}

function showsProgress({ terminal, environment }: CommandContext): boolean {
  return terminal.streams.stderr.isTTY === true && !environment.ci;
}

function showProgress(
  { terminal }: CommandContext,
  { checker, done, of }: { readonly checker: string; readonly done: number; readonly of: number },
): void {
  terminal.warn(`[${String(done).padStart(String(of).length)}/${String(of)}] ${checker}`);
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await writingInto(folder, '--report', async () => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });
}
