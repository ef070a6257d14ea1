import type { ObjectiveHandle, ObjectiveInput } from '../src/domain/objective';
import type { GateSummary } from '../src/domain/receipt';
import type { Delivery } from '../src/domain/status';
import type {
  AmendPlanRequest,
  AnalyseResult,
  AttemptRequest,
  AttemptResult,
  ConsultRequest,
  ConsultResult,
  GateRequest,
  MergeRequest,
  MergeResult,
  PlanRequest,
  PlanResult,
  ReviewRequest,
  ReviewResult,
  SurveyResult,
} from '../src/domain/work';

/** Activities that ask a model; a provider's walls are waited out by their retry policy. */
export interface ModelActivities {
  analyseObjective(request: { readonly handle: ObjectiveHandle }): Promise<AnalyseResult>;
  planObjective(request: PlanRequest): Promise<PlanResult>;
  consultPeer(request: ConsultRequest): Promise<ConsultResult>;
  reviewTask(request: ReviewRequest): Promise<ReviewResult>;
}

/** The long one: a specialist's whole tool loop, one activity per attempt. */
export interface AttemptActivities {
  runAttempt(request: AttemptRequest): Promise<AttemptResult>;
}

/** Activities over git, checks and files. */
export interface RepositoryActivities {
  surveyRepository(request: ObjectiveInput): Promise<SurveyResult>;
  amendPlan(request: AmendPlanRequest): Promise<PlanResult>;
  gateCommit(request: GateRequest): Promise<GateSummary>;
  mergeTask(request: MergeRequest): Promise<MergeResult>;
  deliverObjective(request: { readonly handle: ObjectiveHandle; readonly head: string }): Promise<Delivery>;
}

/** Everything the workflows may call. */
export type Activities = ModelActivities & AttemptActivities & RepositoryActivities;
