import { z } from 'zod';
import { Analysis } from '../domain/analysis';
import type { Dossier } from '../domain/dossier';
import { Advice, ContextDecision, CoordinatorReview } from '../domain/handoff';
import type { ModelQuestion } from '../domain/model-question';
import { grantable } from '../domain/context-grant';
import { Plan } from '../domain/plan';
import { COORDINATOR } from '../domain/specialists';
import { redactSecrets } from '../process/redact';
import type { Answered, Asking, Coordination } from '../ports/department';
import type { ClientFor } from './client';
import { analysePrompt } from './prompts/analyse';
import { consultPrompt } from './prompts/consult';
import { contextRequestPrompt } from './prompts/context-request';
import { planPrompt } from './prompts/plan';
import { reviewPrompt } from './prompts/review';
import { createProviderWalls, type ProviderWalls } from './provider-walls';
import { roleOf, type Roles } from './roles';
import { askStructured } from './structured';

interface CoordinationOptions {
  readonly clientFor: ClientFor;
  readonly roles: Roles;
  /** Shared with everything in this process that asks the same providers. */
  readonly walls?: ProviderWalls;
  /** Longest silence of a stream in milliseconds; 120,000 without it. */
  readonly idleMs?: number;
}

// The root of an answer's schema must be an object, not a choice of several.
const ReviewAnswer = z.strictObject({ review: CoordinatorReview });

/** The coordinator's and the peers' thinking, each one structured question to the model of its role. */
export function createCoordination(options: CoordinationOptions): Coordination {
  const walls = options.walls ?? createProviderWalls();

  async function ask<T extends z.ZodType>(
    name: ModelQuestion,
    role: string,
    schema: T,
    prompt: string,
    request: { readonly dossier: Dossier; readonly asking: Asking; readonly signal: AbortSignal },
  ): Promise<Answered<z.infer<T>>> {
    const answering = roleOf(options.roles, role);
    return askStructured({
      client: options.clientFor(request.dossier.model),
      choice: request.dossier.model,
      model: answering.model,
      asking: request.asking,
      walls,
      name,
      system: answering.prompt,
      prompt: redactSecrets(prompt),
      schema,
      signal: request.signal,
      ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    });
  }

  return {
    analyse: (request) => ask('analyse', COORDINATOR, Analysis, analysePrompt(request.dossier), request),
    plan: (request) => ask('plan', COORDINATOR, Plan, planPrompt(request), request),
    async decideContext(request) {
      const prompt = contextRequestPrompt(request);
      const { value, usage } = await ask('context', COORDINATOR, ContextDecision, prompt, request);
      return { value: grantable(request.request, value), usage };
    },
    consult: (request) => ask('consult', request.peer, Advice, consultPrompt(request), request),
    async review(request) {
      const { value, usage } = await ask('review', COORDINATOR, ReviewAnswer, reviewPrompt(request), request);
      return { value: value.review, usage };
    },
  };
}
