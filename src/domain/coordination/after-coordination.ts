import { assertNever } from '../common/assert-never';
import { breakingChange } from '../contract/breaking-change';
import { ask, climb } from '../escalation/climb';
import type { CoordinationAnswer } from './coordination-orders';
import { questionOfTrouble } from '../escalation/questions';
import { questionOfDestruction, questionOfNoAgreement } from './coordination-questions';
import type { Coordinated, Step, TaskProgress } from '../work/task-progress';

/* What becomes of a task after another workflow answered for it. */

/** How often a contract goes back to its designer before a human is asked. */
const CONTRACT_ROUNDS = 5;

/** What `accept` of a destruction is remembered by, so that it is not asked about again. */
export function acceptsDestruction({ acceptedBreaking }: TaskProgress): boolean {
  return acceptedBreaking.some((key) => key.startsWith('migration · '));
}

/** The next step of a task whose `coordinate` or `await-contract` step was answered. */
export function afterCoordination(
  progress: TaskProgress,
  of: Coordinated,
  answer: CoordinationAnswer,
  request: { readonly number: number; readonly contract: string },
): TaskProgress {
  switch (answer.kind) {
    case 'contract':
      return afterContract(progress, answer, request);
    case 'database-designed': {
      const designed = { design: answer.design, slot: answer.slot };
      return {
        ...progress,
        designed,
        step: {
          kind: 'attempt',
          level: progress.level,
          start: { kind: 'fresh-on-head' },
          prompt: { kind: 'delegation', ...designed },
          because: '',
        },
      };
    }
    case 'database':
      return afterDatabase(progress, answer);
    case 'trouble':
      return ask(
        progress,
        questionOfTrouble(answer.reason, answer.text, {
          step: { kind: 'coordinate', of },
          level: progress.level,
        }),
      );
    case 'tested':
      throw new Error(`${progress.task.id} was answered with an integration test`);
    default:
      return assertNever(answer, 'answer');
  }
}

function agreedTo(progress: TaskProgress, of: Coordinated): TaskProgress {
  return {
    ...progress,
    agreed: { ...progress.agreed, [of]: progress.commit ?? '' },
    step: { kind: 'merge' },
  };
}

function afterContract(
  progress: TaskProgress,
  { verdict, comments, by }: Extract<CoordinationAnswer, { kind: 'contract' }>,
  request: { readonly number: number; readonly contract: string },
): TaskProgress {
  switch (verdict) {
    case 'approved':
    case 'unchanged':
    case 'none':
      return agreedTo(progress, 'contract');
    case 'waiting':
      return {
        ...progress,
        step: { kind: 'await-contract', contract: request.contract, request: request.number },
      };
    case 'replaced':
      return { ...progress, step: { kind: 'coordinate', of: 'contract' } };
    case 'refused':
      return climb(progress, { kind: 'uncoordinated', of: 'contract', problems: comments });
    case 'changes-requested': {
      const rounds = (progress.contractRounds ?? 0) + 1;
      const next = { ...progress, contractRounds: rounds };
      if (rounds >= CONTRACT_ROUNDS)
        return ask(next, questionOfNoAgreement(next, request.contract, comments, by));
      return { ...next, step: changesAsked(next, comments, by) };
    }
    default:
      return assertNever(verdict, 'verdict');
  }
}

/** The frontend's wishes are no failure: the design is gone on with at the level it is at. */
function changesAsked(progress: TaskProgress, comments: readonly string[], by: string): Step {
  const text = `The frontend asks for changes of the contract before it is built:\n${comments.map((line) => `- ${line}`).join('\n')}`;
  return {
    kind: 'attempt',
    level: progress.level,
    start: { kind: 'continue' },
    prompt: { kind: 'guidance', from: by.slice(0, 200), text: text.slice(0, 8000) },
    because: 'after the frontend asked for changes',
  };
}

function afterDatabase(
  progress: TaskProgress,
  { verdict, problems, destroys }: Extract<CoordinationAnswer, { kind: 'database' }>,
): TaskProgress {
  switch (verdict) {
    case 'agreed':
    case 'none':
    case 'not-executed':
      return agreedTo(progress, 'database');
    case 'refused':
      return climb(progress, {
        kind: 'uncoordinated',
        of: 'database',
        problems: problems.map(({ step, text }) => `${step}: ${text}`),
      });
    case 'ask':
      return ask(
        progress,
        questionOfDestruction(
          progress,
          destroys.map((what) => breakingChange('migration', 'replica', what)),
        ),
      );
    default:
      return assertNever(verdict, 'verdict');
  }
}
