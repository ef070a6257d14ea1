import { setTimeout as sleep } from 'node:timers/promises';
import type { Analysis } from '../domain/plan/analysis';
import { rosterNames } from '../domain/department/department-roles';
import type { Dossier } from '../domain/work/dossier';
import type { ExitName } from '../domain/common/exit-codes';
import { BudgetExhausted, ModelFailure, ProviderWalled } from '../domain/usage/model-failure';
import { PLAN_ROUNDS, type Plan } from '../domain/plan/plan';
import { checkPlan } from '../domain/plan/plan-check';
import { addUsage, NO_USAGE, type Usage } from '../domain/usage/usage';
import type { Answered, Asking, Coordination } from '../ports/department';
import type { Journal } from '../ports/journal';

/** What became of a plan that was asked for and not carried out. */
type PlanEnd =
  | { readonly kind: 'planned'; readonly plan: Plan }
  /** Refused by code each time; the errors are those of the last proposal. */
  | { readonly kind: 'refused'; readonly errors: readonly string[] }
  /** The model could not be asked, or not within the budget. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly exit: ExitName };

export interface PlanAlone {
  /** null: it was stopped before the model had read the objective. */
  readonly analysis: Analysis | null;
  readonly end: PlanEnd;
  /** What the asking itself used. */
  readonly usage: Usage;
}

/** Longest a provider that wants no calls is waited for, all waits together. */
const MAX_WAIT_MS = 3 * 60_000;

/**
 * Analyses an objective and plans it as `objectiveWorkflow` does, by the same questions and the same rules, in this
 * process and without Temporal. Nothing is stored or started.
 */
export async function planAlone(request: {
  readonly coordination: Pick<Coordination, 'analyse' | 'plan'>;
  readonly dossier: Dossier;
  /** Most this may cost in US dollars; null: no cap. */
  readonly budgetUsd: number | null;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
  /** Replaces waiting in tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}): Promise<PlanAlone> {
  const { coordination, dossier, onProgress, signal } = request;
  const purse = openPurse(request);
  let analysis: Analysis | null = null;
  const ended = (end: PlanEnd): PlanAlone => ({ analysis, end, usage: purse.spent() });
  try {
    onProgress('Analysing the objective');
    const read = await purse.ask((asking) => coordination.analyse({ dossier, asking, signal }));
    analysis = read;
    let refusals: readonly string[] = [];
    for (let round = 1; round <= PLAN_ROUNDS; round += 1) {
      onProgress(
        round === 1
          ? 'Planning'
          : `Planning again (${String(round)} of ${String(PLAN_ROUNDS)}): ${refusals.join(' ')}`,
      );
      const plan = await purse.ask((asking) =>
        coordination.plan({ dossier, analysis: read, refusals, comment: null, asking, signal }),
      );
      refusals = checkPlan(plan, read, rosterNames(dossier.roles));
      if (refusals.length === 0) return ended({ kind: 'planned', plan });
    }
    return ended({ kind: 'refused', errors: refusals });
  } catch (error) {
    const stopped = signal.aborted ? null : stopOf(error);
    if (stopped === null) throw error;
    return ended(stopped);
  }
}

interface Purse {
  ask<T>(question: (asking: Asking) => Promise<Answered<T>>): Promise<T>;
  spent(): Usage;
}

/** Asks within what is left of the budget, waits where the provider wants to be left alone, and adds up. */
function openPurse(request: Parameters<typeof planAlone>[0]): Purse {
  const { budgetUsd, onProgress, signal, wait = pause } = request;
  let spent = NO_USAGE;
  let waitedMs = 0;
  const patience = async (waitMs: number, reason: string): Promise<boolean> => {
    if (waitedMs + waitMs > MAX_WAIT_MS) return false;
    waitedMs += waitMs;
    onProgress(`Waiting ${String(Math.ceil(waitMs / 1000))} s: ${reason}`);
    await wait(waitMs, signal);
    return true;
  };
  return {
    spent: () => spent,
    async ask(question) {
      const journal = createMemoryJournal();
      const allowanceUsd = budgetUsd === null ? null : Math.max(0, budgetUsd - (spent.usd ?? 0));
      for (;;) {
        try {
          const { value, usage } = await question({ journal, allowanceUsd });
          spent = addUsage(spent, usage);
          return value;
        } catch (error) {
          const again = retryOf(error);
          if (again !== null && (await patience(again.waitMs, again.reason))) continue;
          spent = addUsage(spent, usageOfFailure(error));
          throw error;
        }
      }
    },
  };
}

/** A journal for one process: what a question was answered counts when it is tried again, and is gone afterwards. */
function createMemoryJournal(): Journal {
  const entries: unknown[] = [];
  return {
    entries,
    append: (entry) => {
      entries.push(entry);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** What is worth another try, and after how long; null: it is not. */
function retryOf(error: unknown): { readonly waitMs: number; readonly reason: string } | null {
  if (error instanceof ProviderWalled) return { waitMs: error.wall.waitMs, reason: error.wall.reason };
  if (error instanceof ModelFailure && error.retryable && error.retryAfterMs !== null)
    return { waitMs: error.retryAfterMs, reason: error.happened };
  return null;
}

function usageOfFailure(error: unknown): Usage {
  if (error instanceof ProviderWalled || error instanceof BudgetExhausted) return error.usage;
  return error instanceof ModelFailure ? (error.usage ?? NO_USAGE) : NO_USAGE;
}

/** What a failure means for whoever asked; null: it is a defect of ours. */
function stopOf(error: unknown): Extract<PlanEnd, { kind: 'stopped' }> | null {
  const stopped = (reason: string, exit: ExitName): Extract<PlanEnd, { kind: 'stopped' }> => ({
    kind: 'stopped',
    reason,
    exit,
  });
  if (error instanceof BudgetExhausted) return stopped(error.message, 'not-delivered');
  if (error instanceof ProviderWalled) return stopped(`${error.message}; try again later.`, 'not-delivered');
  if (error instanceof ModelFailure) {
    return stopped(error.message, error.type === 'Model.Unauthorized' ? 'bad-input' : 'not-delivered');
  }
  return null;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
