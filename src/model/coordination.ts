import { z } from 'zod';
import { Analysis } from '../domain/plan/analysis';
import { comparisonAnswer } from '../domain/plan/comparison';
import { deploymentAnswer, rolloutAnswer } from '../domain/database/deployment-plan';
import type { Dossier } from '../domain/work/dossier';
import { frontendAnswer } from '../domain/contract/frontend-review';
import { Advice, ContextDecision, CoordinatorReview } from '../domain/work/handoff';
import { MigrationDesignAnswer } from '../domain/database/migration-design';
import type { ModelQuestion } from '../domain/escalation/model-question';
import { grantable } from '../domain/context/context-grant';
import { PlanProposal } from '../domain/plan/plan';
import { GateReview } from '../domain/quality-gate/review';
import { COORDINATOR, FRONTEND_COORDINATOR } from '../domain/department/specialists';
import type { BlobStore } from '../ports/blob-store';
import type { Answered, Asking, Coordination } from '../ports/department';
import { redactSecrets } from '../process/redact';
import type { ClientFor } from './client';
import { analysePrompt } from './prompts/analyse';
import { chooseRolloutPrompt } from './prompts/choose-rollout';
import { consultPrompt } from './prompts/consult';
import { contextRequestPrompt } from './prompts/context-request';
import { designMigrationPrompt, MIGRATION_DESIGNER } from './prompts/design-migration';
import { planPrompt } from './prompts/plan';
import { DEPLOYER, planDeploymentPrompt } from './prompts/plan-deployment';
import { longestBlock } from './prompts/rehearsal';
import { reviewPrompt } from './prompts/review';
import { comparePrompt } from './prompts/compare';
import { inspectPrompt } from './prompts/inspect';
import { validateContractPrompt } from './prompts/validate-contract';
import { createProviderWalls, type ProviderWalls } from './provider-walls';
import { modelId } from './models';
import { roleAtWork } from './role-at-work';
import type { Roles } from './roles';
import { askStructured } from './structured';

interface CoordinationOptions {
  readonly clientFor: ClientFor;
  readonly roles: Roles;
  /** Shared with everything in this process that asks the same providers. */
  readonly walls?: ProviderWalls;
  /** Holds the texts of roles a repository brings. */
  readonly blobs: BlobStore;
  /** Longest silence of a stream in milliseconds; 120,000 without it. */
  readonly idleMs?: number;
}

/** Whoever reviews a tree is not guided by the repository it belongs to. */
const AUDIT = { kind: 'security-audit' } as const;

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
  const walls = options.walls ?? createProviderWalls();

  async function ask<T extends z.ZodType>(
    name: ModelQuestion,
    role: string,
    schema: T,
    prompt: string,
    request: { readonly dossier: Dossier; readonly asking: Asking; readonly signal: AbortSignal },
  ): Promise<Answered<z.infer<T>>> {
    const answering = await roleAtWork(options, request.dossier, role, name === 'inspect' ? AUDIT : null);
    return askStructured({
      client: options.clientFor(request.dossier.model),
      choice: request.dossier.model,
      model: answering.model,
      effort: answering.effort,
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
    plan: (request) => ask('plan', COORDINATOR, PlanProposal, planPrompt(request), request),
    async decideContext(request) {
      const prompt = contextRequestPrompt(request);
      const { value, usage } = await ask('context', COORDINATOR, ContextDecision, prompt, request);
      return { value: grantable(request.request, value), usage };
    },
    consult: (request) => ask('consult', request.peer, Advice, consultPrompt(request), request),
    async review(request) {
      const answer = reviewAnswer(request.roster);
      const { value, usage } = await ask('review', COORDINATOR, answer, reviewPrompt(request), request);
      return { value: value.review, usage };
    },
    async inspect(request) {
      const { dossier, brief } = request;
      const prompt = inspectPrompt(dossier, brief);
      const answered = await ask('inspect', brief.reviewer, GateReview, prompt, request);
      const { model } = await roleAtWork(options, dossier, brief.reviewer, AUDIT);
      return { ...answered, model: dossier.model.kind === 'offline' ? 'offline' : modelId(model) };
    },
    compare(request) {
      const { points, files } = request.brief;
      const prompt = comparePrompt(request.dossier, request.brief);
      return ask('compare', COORDINATOR, comparisonAnswer(points, files), prompt, request);
    },
    designMigration(request) {
      const prompt = designMigrationPrompt(request.dossier, request.brief);
      return ask('design-migration', MIGRATION_DESIGNER, MigrationDesignAnswer, prompt, request);
    },
    planDeployment(request) {
      const { rehearsal } = request.brief;
      const answer = deploymentAnswer({
        destructive: (rehearsal?.destructive.length ?? 0) > 0,
        blockedMs: longestBlock(rehearsal),
      });
      const prompt = planDeploymentPrompt(request.dossier, request.brief);
      return ask('plan-deployment', DEPLOYER, answer, prompt, request);
    },
    chooseRollout(request) {
      const { design, rehearsal } = request.brief;
      const answer = rolloutAnswer({
        oldVersionWorks: rehearsal?.oldVersionWorks ?? null,
        irreversible: design.irreversible !== null,
      });
      const prompt = chooseRolloutPrompt(request.dossier, request.brief);
      return ask('choose-rollout', COORDINATOR, answer, prompt, request);
    },
    validateContract(request) {
      const answer = frontendAnswer(request.brief);
      const prompt = validateContractPrompt(request.dossier, request.brief);
      return ask('validate-contract', FRONTEND_COORDINATOR, answer, prompt, request);
    },
  };
}
