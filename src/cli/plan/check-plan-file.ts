import { samePlan } from '../../domain/plan/plan-edit';
import type { Plan } from '../../domain/plan/plan';
import { judge, type PlanAtHand } from './plan-at-hand';
import { readPlanFile, type FileError } from './read-plan-file';

export type CheckedFile =
  | { readonly kind: 'changed'; readonly plan: Plan }
  /** Nothing to send, and why. */
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'wrong'; readonly errors: readonly FileError[] };

/** What a plan file says, checked against the plan it is an edit of. */
export function checkPlanFile(bytes: Uint8Array, at: PlanAtHand): CheckedFile {
  const read = readPlanFile(bytes);
  switch (read.kind) {
    case 'empty':
      return { kind: 'nothing', why: 'The file is empty' };
    case 'wrong':
      return read;
    case 'read': {
      const { plan } = read.file;
      if (samePlan(plan, at.plan)) return { kind: 'nothing', why: 'The plan is the same as before' };
      const errors = judge(at, { kind: 'replace', summary: plan.summary, tasks: plan.tasks });
      return errors.length === 0
        ? { kind: 'changed', plan }
        : { kind: 'wrong', errors: errors.map((text) => ({ line: read.lineOf(text), text })) };
    }
  }
}
