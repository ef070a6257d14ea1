import { errorMessageOf } from '../config/error-code';
import { redactSecrets } from '../process/redact';
import { type Answer, CannotTell, DoesNotApply, type GateChecker } from './checker';
import { CouldNotRun } from './could-not-run';
import type { Inspection } from './inspection';
import type { Outcome } from './outcome';

const CONTROL_MS = 60_000;

/** What a checker says of its subjects; `final: false` where the next run may say something else. */
export interface Answers {
  readonly answers: readonly Answer[];
  readonly final: boolean;
}

const controls = new WeakMap<GateChecker, Promise<string | null>>();

/**
 * What a checker says of each of its subjects. One that cannot find the defect planted for it is not asked; one that
 * breaks says nothing of the target, by its name, so that one hostile file does not take every other verdict with it.
 * @throws the signal's reason when aborted, and CouldNotRun
 */
export async function ask(checker: GateChecker, inspection: Inspection): Promise<Answers> {
  const unable = await controlOf(checker);
  inspection.signal.throwIfAborted();
  if (unable !== null) {
    return { answers: everySubject(checker, { kind: 'could-not-run', reason: unable }), final: false };
  }
  const { answers, final } = await asked(checker, inspection);
  const silent = checker.subjects.filter((subject) => !answers.some((answer) => answer.subject === subject));
  return {
    final,
    answers: [
      ...answers.filter(({ subject }) => checker.subjects.includes(subject)),
      ...silent.map((subject) => ({
        subject,
        outcome: { kind: 'could-not-run', reason: `${checker.name} said nothing of it` } as const,
      })),
    ],
  };
}

/** The answers of {@link ask} alone. */
export async function answersOf(checker: GateChecker, inspection: Inspection): Promise<readonly Answer[]> {
  return (await ask(checker, inspection)).answers;
}

/** The answer for every subject of a checker. */
export function everySubject(checker: GateChecker, outcome: Outcome): Answer[] {
  return checker.subjects.map((subject) => ({ subject, outcome }));
}

async function asked(checker: GateChecker, inspection: Inspection): Promise<Answers> {
  try {
    const answers = await checker.check(inspection);
    // What was stopped half-way may look clean.
    inspection.signal.throwIfAborted();
    return { answers, final: true };
  } catch (error) {
    inspection.signal.throwIfAborted();
    if (error instanceof CouldNotRun) throw error;
    if (error instanceof DoesNotApply) {
      const outcome = { kind: 'not-applicable', reason: error.message, rule: error.rule } as const;
      return { answers: everySubject(checker, outcome), final: true };
    }
    if (error instanceof CannotTell) {
      const outcome = { kind: 'could-not-run', reason: error.message } as const;
      return { answers: everySubject(checker, outcome), final: true };
    }
    const why = redactSecrets(errorMessageOf(error)).slice(0, 500);
    const reason = `the checker ${checker.name} broke, which is a fault of the gate and says nothing of the target: ${why}`;
    return { answers: everySubject(checker, { kind: 'could-not-run', reason }), final: false };
  }
}

/** Why a checker cannot be asked; null where its control holds. Tried once per process. */
function controlOf(checker: GateChecker): Promise<string | null> {
  const known = controls.get(checker) ?? tryControl(checker);
  controls.set(checker, known);
  return known;
}

async function tryControl({ name, control }: GateChecker): Promise<string | null> {
  if (control === undefined) return null;
  const blind = `${name} does not find the defect planted for it, so it is not asked`;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, CONTROL_MS, 'late');
  });
  try {
    const found = await Promise.race([control(), late]);
    if (found === 'late') return `${blind} (no answer within ${String(CONTROL_MS / 1000)} s)`;
    return found ? null : blind;
  } catch (error) {
    return `${blind} (${redactSecrets(errorMessageOf(error)).slice(0, 300)})`;
  } finally {
    clearTimeout(timer);
  }
}
