import type Anthropic from '@anthropic-ai/sdk';
import type { AttemptPrompt } from '../domain/work/work';
import type { SteeringNote } from '../domain/work/mail';
import type { BlobStore } from '../ports/blob-store';
import type { Specialists } from '../ports/department';
import type { ContextAccess } from './context/access';
import { redactSecrets } from '../process/redact';
import { attemptPrompt } from './prompts/attempt-prompt';
import { delegationPrompt, describeConflicts } from './prompts/delegation';
import { bullets, joinParts, section } from './prompts/format';
import { describeSides } from './prompts/merge-sides';
import { readTranscript, tell, type Transcript } from './transcript';

type Opening = Pick<
  Parameters<Specialists['work']>[0],
  'dossier' | 'task' | 'specialist' | 'worktree' | 'desk' | 'prompt' | 'orders' | 'sides' | 'transcript'
> & { readonly access: ContextAccess };

/** A conversation whose next turn is the model's. */
interface OpenedConversation {
  readonly messages: Anthropic.MessageParam[];
  /** The newest steering note in it; 0: none. */
  readonly mail: number;
}

const GO_ON = 'Go on with the task.';
const NO_ANSWER = 'Nobody answered this; go on with what follows.';

/**
 * Starts a conversation with the delegation, or goes on with a stored one. Advice and guidance are the result of
 * the call that asked for them, where one waits; anything else is a new message of ours.
 */
export async function openConversation(blobs: BlobStore, opening: Opening): Promise<OpenedConversation> {
  const { access, prompt } = opening;
  // Evidence is output of checks on the whole tree.
  const evidence = prompt.kind === 'failure' || prompt.kind === 'advice';
  // What a merge is about is shown whole: both sides of it are the specialist's to keep.
  const sides = describeSides(opening.sides);
  if (sides !== '') access.count('sent', null, sides.length);
  const told = joinParts([attemptPrompt(prompt), sides]);
  const news = redactSecrets(evidence ? await access.filter(told) : told);
  const notes = (await opening.desk.readMail()).steering;
  const mail = newestOf(notes, 0);
  const steering = steeringText(notes);
  if (opening.transcript === null) {
    const { dossier, task, specialist, worktree } = opening;
    const delegation = delegationPrompt({
      dossier,
      task,
      specialist,
      conflicts: worktree.conflicts,
      orders: opening.orders,
      access,
    });
    const messages: Anthropic.MessageParam[] = [];
    tell(messages, [{ type: 'text', text: joinParts([redactSecrets(delegation), news, steering]) }]);
    return { messages, mail };
  }
  const { messages, pending } = await readTranscript(blobs, opening.transcript);
  const conflicts = describeConflicts(opening.worktree.conflicts);
  if (pending === null) {
    const text = joinParts([news, conflicts, steering]);
    tell(messages, [{ type: 'text', text: text === '' ? GO_ON : text }]);
    return { messages, mail };
  }
  const answers = prompt.kind === 'advice' || prompt.kind === 'guidance' || prompt.kind === 'context';
  const rest = joinParts([answers ? '' : news, conflicts, steering]);
  tell(messages, [
    ...pendingResults(pending, answers ? news : NO_ANSWER),
    ...(rest === '' ? [] : [{ type: 'text' as const, text: rest }]),
  ]);
  return { messages, mail };
}

/** The results of a suspended turn, the waiting call's among them. */
export function answerPending(
  pending: NonNullable<Transcript['pending']>,
  prompt: AttemptPrompt,
): Anthropic.ContentBlockParam[] {
  return pendingResults(pending, redactSecrets(attemptPrompt(prompt)));
}

/** What people said, as it is told to a specialist; empty for nothing. */
export function steeringText(notes: readonly SteeringNote[]): string {
  return redactSecrets(section('WHAT PEOPLE SAID MEANWHILE', bullets(notes.map((note) => note.text))));
}

/** The highest number among notes, at least `before`. */
export function newestOf(notes: readonly SteeringNote[], before: number): number {
  return Math.max(before, ...notes.map((note) => note.seq));
}

function pendingResults(
  pending: NonNullable<Transcript['pending']>,
  answer: string,
): Anthropic.ContentBlockParam[] {
  return [
    ...pending.results,
    {
      type: 'tool_result',
      tool_use_id: pending.toolUseId,
      content: [{ type: 'text', text: answer }],
    },
  ];
}
