import { z } from 'zod';
import type { ContractBundle } from '../../domain/contract/contract-bundle';
import { findContract, ReviewContract, type ContractStatus } from '../../domain/contract/contract-status';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import { ConfigurationError } from '../../domain/common/user-error';
import { argument, objectiveIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command, CommandContext } from '../command';
import { contractLines } from '../contract/contract-lines';
import { readBundle } from '../contract/read-bundle';
import { serveMock } from '../contract/serve-mock';
import { writeBundle } from '../contract/write-bundle';
import { pad, plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';
import { withObjective } from '../session';

const on = z.literal(true).optional();
const ContractFlags = z
  .strictObject({
    out: z.string().trim().min(1, 'must not be empty').optional(),
    serve: on,
    port: z.coerce.number({ error: 'is a number' }).int().min(0).max(65_535).optional(),
    approve: on,
    requestChanges: on,
    comment: z.string().trim().min(1, 'must not be empty').max(8000).optional(),
    by: ByFlag,
  })
  .refine(
    ({ out, serve, approve, requestChanges }) =>
      [out, serve, approve, requestChanges].filter((flag) => flag !== undefined).length <= 1,
    'One thing at a time: --out, --serve, --approve or --request-changes',
  )
  .refine(({ requestChanges, comment }) => requestChanges === undefined || comment !== undefined, {
    message: 'says what has to change',
    path: ['comment'],
  });

export const contract: Command = {
  name: 'contract',
  args: '<id> [name]',
  summary: 'list the API contracts of an objective, show or fetch one, run its mock server, or review it',
  options: [
    { flags: '--out <dir>', help: 'write the files of the newest bundle to a folder' },
    { flags: '--serve', help: 'run the mock server of the newest bundle until you interrupt it' },
    { flags: '--port <n>', help: 'port of the mock server on 127.0.0.1 (default: 4010)' },
    { flags: '--approve', help: 'approve the contract' },
    { flags: '--request-changes', help: 'send the contract back; needs --comment' },
    { flags: '--comment <text>', help: 'what has to change, or what was looked at' },
    BY_OPTION,
  ],
  examples: [
    'backend-coordinator contract <id> openapi --out ./contract',
    'backend-coordinator contract <id> openapi@1f3a9c2 --approve',
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(ContractFlags, rawFlags);
    if (args[1] === undefined) {
      const [asked] = Object.keys(flags);
      if (asked !== undefined)
        throw new ConfigurationError('Name the contract; without a name they are listed.');
      return listContracts(context, objectiveId);
    }
    const reference = argument(args, 1);
    if (flags.approve === true || flags.requestChanges === true) {
      const payload = parseFlags(ReviewContract, {
        contract: await decidedOn(context, objectiveId, reference),
        decision: flags.approve === true ? 'approve' : 'request-changes',
        by: byOf(flags.by, context),
        ...(flags.comment === undefined ? {} : { comments: flags.comment }),
      });
      return sendMessage(context, { objectiveId, name: 'reviewContract', payload });
    }
    const found = await newest(context, objectiveId, reference);
    const bundle = await readBundle(context.services, found);
    if (flags.out !== undefined) return writeBundle(context, { objectiveId, bundle, out: flags.out });
    if (flags.serve === true) return serveMock(context, { objectiveId, bundle, port: flags.port ?? 4010 });
    return showContract(context, objectiveId, found, bundle);
  },
};

/** Contracts as status tells them. @throws ConfigurationError where nobody answers */
async function contractsOf(context: CommandContext, objectiveId: string): Promise<readonly ContractStatus[]> {
  const answer = await withObjective(context, objectiveId, ({ department }) =>
    department.status(objectiveId),
  );
  if (answer.kind === 'live') return answer.status.contracts ?? [];
  throw new ConfigurationError(
    `No worker answers for ${objectiveId}, so its contracts are not known; \`${context.call(`attach ${objectiveId}`)}\` brings one.`,
  );
}

async function listContracts(context: CommandContext, objectiveId: string): Promise<ExitCode> {
  const { terminal, call } = context;
  const contracts = await contractsOf(context, objectiveId);
  if (contracts.length === 0) terminal.say('There is no contract to see yet.');
  for (const row of contracts) terminal.say(lineOf(row));
  const [waiting] = contracts.filter(({ state }) => state === 'shared');
  if (waiting !== undefined) terminal.say(`More of one: ${call(`contract ${objectiveId} ${waiting.name}`)}`);
  terminal.emit({ objective: objectiveId, contracts });
  return exitCodeOf('delivered');
}

function lineOf({ name, state, revision, hash, path, by }: ContractStatus): string {
  const parts = [
    pad(plain(name), 24),
    pad(state, 17),
    pad(`revision ${String(revision)}`, 12),
    pad(hash?.slice(0, 12) ?? '-', 12),
    plain(path ?? '-'),
    by === null ? '' : `by ${plain(by)}`,
  ];
  return parts.join('  ').trimEnd();
}

/** The contract that is meant, as it is now. */
async function newest(
  context: CommandContext,
  objectiveId: string,
  reference: string,
): Promise<ContractStatus> {
  const contracts = await contractsOf(context, objectiveId);
  const named = findContract(contracts, reference);
  switch (named.kind) {
    case 'found':
      return named.contract;
    case 'outdated':
      throw new ConfigurationError(
        `${reference} is not the newest revision: ${named.contract.name} is at ${named.contract.hash?.slice(0, 12) ?? 'none'} now; look at it with \`${context.call(`contract ${objectiveId} ${named.contract.name}`)}\`.`,
      );
    case 'unknown': {
      const names = contracts.map(({ name }) => plain(name)).join(', ');
      throw new ConfigurationError(
        `There is no contract ${plain(reference)}; ${names === '' ? 'none was shared yet' : `there are: ${names}`}.`,
      );
    }
  }
}

/** What the message names: a shortened hash in full, so that only that revision is decided about. */
async function decidedOn(context: CommandContext, objectiveId: string, reference: string): Promise<string> {
  if (!reference.includes('@')) return reference;
  return (await newest(context, objectiveId, reference)).hash ?? reference;
}

function showContract(
  { terminal, call }: CommandContext,
  objectiveId: string,
  status: ContractStatus,
  bundle: ContractBundle,
): ExitCode {
  const { name, state } = status;
  for (const line of contractLines(objectiveId, status, bundle, { call, columns: null })) terminal.say(line);
  if (state === 'shared') {
    terminal.say(
      `Approve it: ${call(`contract ${objectiveId} ${name}@${bundle.hash.slice(0, 12)} --approve`)}`,
    );
  }
  terminal.emit({ objective: objectiveId, contract: status, bundle });
  return exitCodeOf('delivered');
}
