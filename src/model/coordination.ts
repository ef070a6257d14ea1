import { z } from 'zod';
import { Analysis } from '../domain/analysis';
import type { Dossier } from '../domain/dossier';
import { Advice, CoordinatorReview } from '../domain/handoff';
import type { ModelQuestion } from '../domain/model-question';
import { Plan } from '../domain/plan';
import { COORDINATOR } from '../domain/specialists';
import type { BlobStore } from '../ports/blob-store';
import type { Answered, Coordination } from '../ports/department';
import type { ClientFor } from './client';
import { modelId } from './models';
import { analysePrompt } from './prompts/analyse';
import { consultPrompt } from './prompts/consult';
import { planPrompt } from './prompts/plan';
import { reviewPrompt } from './prompts/review';
import { roleAtWork } from './role-at-work';
import type { Roles } from './roles';
import { askStructured } from './structured';

interface CoordinationOptions {
  readonly clientFor: ClientFor;
  readonly roles: Roles;
  /** Holds the texts of roles a repository brings. */
  readonly blobs: BlobStore;
  /** Longest silence of a stream in milliseconds; 120,000 without it. */
  readonly idleMs?: number;
}

/** A review that reassigns to somebody there is. The root of an answer's schema must be an object, not a choice. */
function reviewAnswer(roster: readonly string[]): z.ZodType<{ readonly review: CoordinatorReview }> {
  const review = CoordinatorReview.refine(
    (decided) => decided.action !== 'reassign' || roster.includes(decided.assignee),
    { message: `the assignee is nobody there is; choose one of ${roster.join(', ')}` },
  );
  return z.strictObject({ review });
}

/** The coordinator's and the peers' thinking, each one structured question to the model of its role. */
export function createCoordination(options: CoordinationOptions): Coordination {
  async function ask<T extends z.ZodType>(
    name: ModelQuestion,
    role: string,
    schema: T,
    prompt: string,
    request: { readonly dossier: Dossier; readonly signal: AbortSignal },
  ): Promise<Answered<z.infer<T>>> {
    const answering = await roleAtWork(options, request.dossier, role, null);
    return askStructured({
      client: options.clientFor(request.dossier.model),
      choice: request.dossier.model,
      model: modelId(answering.model),
      effort: answering.effort,
      name,
      system: answering.prompt,
      prompt,
      schema,
      signal: request.signal,
      ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    });
  }

  return {
    analyse: (request) => ask('analyse', COORDINATOR, Analysis, analysePrompt(request.dossier), request),
    plan: (request) => ask('plan', COORDINATOR, Plan, planPrompt(request), request),
    decideContext: () => Promise.reject(new Error('not written yet')),
    consult: (request) => ask('consult', request.peer, Advice, consultPrompt(request), request),
    async review(request) {
      const answer = reviewAnswer(request.roster);
      const { value, usage } = await ask('review', COORDINATOR, answer, reviewPrompt(request), request);
      return { value: value.review, usage };
    },
  };
}
