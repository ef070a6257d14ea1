import { z } from 'zod';
import type { AuditLine } from '../../domain/escalation/audit';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import { ConfigurationError } from '../../domain/common/user-error';
import type { Command, CommandContext } from '../command';
import { cut, plain } from '../live/text';
import { parseFlags } from '../parse-flags';

const AuditFlags = z.strictObject({
  objective: z.string().trim().min(1, 'must not be empty').optional(),
  head: z
    .string()
    .regex(/^[0-9a-f]{12,64}$/, 'is the hash that was noted, or its first 12 digits')
    .optional(),
});
type AuditFlags = z.infer<typeof AuditFlags>;

const WIDTH = 200;

export const audit: Command = {
  name: 'audit',
  args: '[verify|list]',
  summary:
    'show who decided what, or check that nobody changed the record of it; 3 when a line does not hold',
  options: [
    { flags: '--objective <id>', help: 'list only what was decided about this one' },
    { flags: '--head <hash>', help: 'verify that this hash, noted earlier, is in the chain' },
  ],
  examples: ['backend-coordinator audit verify', 'backend-coordinator audit list --objective <id> --json'],
  run: async (context, args, rawFlags) => {
    const flags = parseFlags(AuditFlags, rawFlags);
    const what = args[0] ?? 'list';
    switch (what) {
      case 'verify':
        return verify(context, flags);
      case 'list':
        return list(context, flags);
      default:
        throw new ConfigurationError(
          `The audit log can be verified or listed, not "${plain(what)}"; see audit --help.`,
        );
    }
  },
};

async function verify({ terminal, services }: CommandContext, { head }: AuditFlags): Promise<ExitCode> {
  const verdict = await (await services.audit()).verify(head ?? null);
  const { lines, problem, notes } = verdict;
  for (const note of notes) terminal.say(note);
  terminal.say(
    problem === null
      ? `${String(lines)} lines hold; the newest has the hash ${verdict.head.hash}`
      : `Line ${String(problem.line)} of the audit log does not hold: it ${problem.why}.`,
  );
  terminal.emit({ holds: problem === null, lines, head: verdict.head, problem, notes });
  return exitCodeOf(problem === null ? 'delivered' : 'not-delivered');
}

async function list(
  { terminal, services, call }: CommandContext,
  { objective }: AuditFlags,
): Promise<ExitCode> {
  const { lines: all, unread } = await (await services.audit()).list();
  const lines = all.filter(
    (line) => objective === undefined || (line.kind === 'decision' && isOf(line.objective, objective)),
  );
  if (unread > 0)
    terminal.warn(
      `${String(unread)} of ${String(all.length + unread)} lines cannot be read by this version; ${call('audit verify')} says whether they hold.`,
    );
  if (all.length + unread === 0) terminal.say('Nothing was decided yet.');
  else if (lines.length === 0 && unread === 0) terminal.say('Nothing was decided about it yet.');
  for (const line of lines) terminal.say(cut(plain(textOf(line)), WIDTH));
  terminal.emit({ lines, unread });
  return exitCodeOf('delivered');
}

/** The watch over a deployment belongs to its objective. */
function isOf(workflow: string, objective: string): boolean {
  return workflow === objective || workflow.startsWith(`${objective}/`);
}

function textOf(line: AuditLine): string {
  const head = `${String(line.seq)} ${line.at}`;
  switch (line.kind) {
    case 'cut':
      return `${head} ${String(line.bytes)} bytes that a crash left unfinished were cut off`;
    case 'break':
      return `${head} the lines before are not those that had been written`;
    case 'decision': {
      const { by, person, via, channel } = line.who;
      const who = person === null || via === null ? `${by} (${channel})` : `${person} at ${via} (${channel})`;
      return `${head} ${line.objective} ${line.message} by ${who}: ${JSON.stringify(line.decision)}`;
    }
  }
}
