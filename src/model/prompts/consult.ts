import type { Dossier } from '../../domain/work/dossier';
import type { ConsultationQuestion } from '../../domain/work/handoff';
import type { DelegatedTask } from '../../domain/plan/plan';
import { delegationOf } from './delegation';
import { joinParts, quoted, section } from './format';
import { describeRepository } from './repository';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const CONSULT_PROMPT_VERSION = 'consult/1';

/** A colleague's question to a peer. */
interface ConsultBrief {
  readonly dossier: Dossier;
  readonly task: DelegatedTask;
  readonly peer: string;
  readonly question: ConsultationQuestion;
}

/** Asks a peer for advice on a colleague's task; the peer sees the delegation, not the worktree. */
export function consultPrompt({ dossier, task, peer, question }: ConsultBrief): string {
  return joinParts([
    `ASKED OF: @${peer}\nTASK ID: ${task.id}`,
    section(
      `THE TASK OF YOUR COLLEAGUE @${task.specialist}`,
      quoted(delegationOf(task, task.specialist, peer)),
    ),
    describeRepository(dossier, peer),
    section(`QUESTION ABOUT ${question.concern.toUpperCase()}`, question.question),
    section(
      'TASK',
      'Advise your colleague: a summary, recommendations concrete enough to be carried out one by one, and the risks to watch. You cannot change the code.',
    ),
    `PROMPT: ${CONSULT_PROMPT_VERSION}`,
  ]);
}
