import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { type VerifiedReceipt, VERIFICATIONS } from '../../domain/quality-gate/verify-receipts';
import { argument } from '../argument';
import type { Command } from '../command';
import { cut, pad, plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { checkSandbox } from '../start/check-sandbox';
import { locateRepository } from '../start/locate-repository';
import { createTrustStore, ensureTrust } from '../start/trust';

const on = z.literal(true).optional();
const VerifyFlags = z.strictObject({
  trust: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/i, 'is the hash that was printed')
    .optional(),
  allowUnsandboxed: on,
});

export const verifyReceipts: Command = {
  name: 'verify-receipts',
  args: '<repo> <commit>',
  summary: 'run the receipts a commit carries again, from its git notes alone; 3 when one does not hold',
  options: [
    { flags: '--trust <hash>', help: 'the hash of the commands in the notes you agreed to' },
    { flags: '--allow-unsandboxed', help: 'run commands without a sandbox where none works' },
  ],
  examples: ['backend-coordinator verify-receipts . HEAD'],
  run: async (context, args, rawFlags) => {
    const { terminal, services, cwd, home, signal } = context;
    const flags = parseFlags(VerifyFlags, rawFlags);
    const prepared = await services.prepareVerification({
      repository: locateRepository(argument(args, 0), cwd),
      commit: argument(args, 1),
    });
    await ensureTrust({
      target: prepared.target,
      surveyed: prepared.trust,
      given: flags.trust,
      store: createTrustStore(home.home),
      say: terminal.warn,
      confirm: terminal.interactive
        ? (await (await import('../live/inquirer-prompts.js')).createPrompts(signal)).confirm
        : null,
    });
    checkSandbox({
      sandbox: await services.probeSandbox(),
      target: prepared.target,
      model: { kind: 'offline', playbook: '', scenario: '' },
      allowUnsandboxed: flags.allowUnsandboxed === true,
    });
    const verified = await prepared.run({ signal });
    for (const row of verified) terminal.say(lineOf(row));
    terminal.say(countLine(verified));
    terminal.emit({
      commit: prepared.note.commit,
      tree: prepared.tree,
      receipts: verified.map(({ receipt, verification, note }) => ({
        subject: receipt.subject,
        checker: receipt.checker.kind === 'none' ? null : receipt.checker.name,
        verdict: receipt.verdict,
        verification,
        note,
      })),
    });
    const isBroken = verified.some(
      ({ verification }) => verification === 'differs' || verification === 'stale',
    );
    return exitCodeOf(isBroken ? 'not-delivered' : 'delivered');
  },
};

function lineOf({ receipt, verification, note }: VerifiedReceipt): string {
  const { checker, subject, verdict } = receipt;
  const name = checker.kind === 'none' ? '-' : plain(checker.name);
  const parts = [
    pad(verification, 14),
    pad(subject, 20),
    pad(name, 26),
    pad(verdict, 14),
    cut(plain(note), 110),
  ];
  return parts.join('  ').trimEnd();
}

function countLine(verified: readonly VerifiedReceipt[]): string {
  return VERIFICATIONS.map((kind) => {
    const count = verified.filter(({ verification }) => verification === kind).length;
    return `${String(count)} ${kind}`;
  }).join(', ');
}
