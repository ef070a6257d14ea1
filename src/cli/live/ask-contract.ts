import type { SentMessage } from '../../client/department-client';
import { ReviewContract } from '../../domain/contract/contract-status';
import { parseFlags } from '../parse-flags';
import type { AskerRequest } from './ask';
import type { AwaitedContract } from './open-questions';

/** Asks for the review of a contract and sends it; it is about the revision that was shown. Null: it was left open. */
export async function askAboutContract(
  { department, prompts, by, from }: Pick<AskerRequest, 'department' | 'prompts' | 'by' | 'from'>,
  objectiveId: string,
  { name, row }: AwaitedContract,
  signal: AbortSignal,
): Promise<SentMessage | null> {
  const decision = await prompts.select({
    message: 'Approve this contract',
    choices: [
      { name: 'approve', value: 'approve' },
      { name: 'request changes, with comments', value: 'request-changes' },
      { name: 'decide later', value: 'later' },
    ],
    initial: 'approve',
    signal,
  });
  if (decision === 'later') return null;
  const comments =
    decision === 'request-changes'
      ? (await prompts.input({ message: 'What has to change', signal })).trim()
      : '';
  const payload = parseFlags(ReviewContract, {
    contract: row?.hash ?? name,
    decision,
    by,
    ...(comments === '' ? {} : { comments }),
  });
  return department.send({ objectiveId, name: 'reviewContract', payload, from: from ?? null });
}
