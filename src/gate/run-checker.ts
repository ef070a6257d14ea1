import { type Answer, CannotTell, DoesNotApply, type GateChecker } from './checker';
import type { Inspection } from './inspection';
import type { Outcome } from './outcome';

const controls = new WeakMap<GateChecker, Promise<boolean>>();

/**
 * What a checker says of each of its subjects. One that cannot find the defect planted for it is not asked.
 * @throws the signal's reason when aborted, and what is a fault of ours or of the machine
 */
export async function answersOf(checker: GateChecker, inspection: Inspection): Promise<readonly Answer[]> {
  if (!(await passesControl(checker))) {
    return everySubject(checker, {
      kind: 'could-not-run',
      reason: `${checker.name} does not find the defect planted for it, so it is not asked`,
    });
  }
  const answers = await asked(checker, inspection);
  const silent = checker.subjects.filter((subject) => !answers.some((answer) => answer.subject === subject));
  return [
    ...answers,
    ...silent.map((subject) => ({
      subject,
      outcome: { kind: 'could-not-run', reason: `${checker.name} said nothing of it` } as const,
    })),
  ];
}

async function asked(checker: GateChecker, inspection: Inspection): Promise<readonly Answer[]> {
  try {
    return await checker.check(inspection);
  } catch (error) {
    inspection.signal.throwIfAborted();
    if (error instanceof DoesNotApply) {
      return everySubject(checker, { kind: 'not-applicable', reason: error.message, rule: error.rule });
    }
    if (error instanceof CannotTell) {
      return everySubject(checker, { kind: 'could-not-run', reason: error.message });
    }
    throw error;
  }
}

function everySubject(checker: GateChecker, outcome: Outcome): Answer[] {
  return checker.subjects.map((subject) => ({ subject, outcome }));
}

function passesControl(checker: GateChecker): Promise<boolean> {
  const known = controls.get(checker) ?? Promise.resolve(checker.control?.() ?? true).catch(() => false);
  controls.set(checker, known);
  return known;
}
