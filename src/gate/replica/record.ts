import type { RehearsalProblem, RehearsedAction } from '../../domain/database/rehearsal';
import { redactSecrets } from '../../process/redact';

type Outcome = RehearsedAction['outcome'];

/** How one action ended, and what is to be told of it. */
export interface Told {
  readonly outcome: Outcome;
  readonly detail: string;
}

/** What was done so far, what speaks against the change, and what could not be tried. */
export interface RehearsalRecord {
  readonly actions: readonly RehearsedAction[];
  readonly problems: readonly RehearsalProblem[];
  readonly notExecuted: readonly string[];
  /** Does something, with its time, and hands on what it came to; what it throws is no outcome. */
  act<T>(name: string, action: () => Promise<Told & { readonly value: T }>): Promise<T>;
  note(name: string, told: Told): void;
  problem(step: RehearsalProblem['step'], text: string, evidence?: readonly string[]): void;
  leaveOut(text: string): void;
}

const MOST = { actions: 200, problems: 50, evidence: 20, notExecuted: 50 } as const;

/** Texts are cut to what a report holds, and are without secrets. */
export function createRecord(): RehearsalRecord {
  const actions: RehearsedAction[] = [];
  const problems: RehearsalProblem[] = [];
  const notExecuted: string[] = [];
  const add = (name: string, { outcome, detail }: Told, ms: number): void => {
    if (actions.length < MOST.actions)
      actions.push({ name: name.slice(0, 200), outcome, detail: cutText(detail, 4000), ms });
  };
  return {
    actions,
    problems,
    notExecuted,
    act: async (name, action) => {
      const start = performance.now();
      const told = await action();
      add(name, told, performance.now() - start);
      return told.value;
    },
    note: (name, told) => add(name, told, 0),
    problem: (step, text, evidence = []) => {
      if (problems.length >= MOST.problems) return;
      problems.push({
        step,
        text: cutText(text, 1000),
        evidence: evidence.slice(0, MOST.evidence).map((line) => cutText(line, 4000)),
      });
    },
    leaveOut: (text) => {
      if (notExecuted.length < MOST.notExecuted) notExecuted.push(cutText(text, 4000));
    },
  };
}

/** At most so many characters, without secrets. */
export function cutText(text: string, most: number): string {
  const clean = redactSecrets(text);
  return clean.length <= most ? clean : `${clean.slice(0, most - 1)}…`;
}
