import type {
  ChooseRolloutRequest,
  ChooseRolloutResult,
  DesignMigrationRequest,
  DesignMigrationResult,
  DrillBackupRequest,
  PlanDeploymentRequest,
  PlanDeploymentResult,
  RehearsalResult,
  RehearseMigrationRequest,
  RehearseRolloutRequest,
  ReserveMigrationRequest,
} from '../src/domain/database/database-work';
import type {
  AnnounceContractRequest,
  AnnounceContractResult,
  InspectContractRequest,
  InspectContractResult,
  PublishContractRequest,
  PublishContractResult,
  TestContractRequest,
  TestContractResult,
  ValidateContractRequest,
  ValidateContractResult,
} from '../src/domain/contract/contract-work';
import type { RecordDecisionsRequest } from '../src/domain/escalation/audit';
import type { VerifyProofRequest, VerifyProofResult } from '../src/domain/escalation/decision-proof';
import type {
  ChannelsRequest,
  ChannelsResult,
  NotifyRequest,
  NotifyResult,
} from '../src/domain/notification/news';
import type { RunWatchChecksRequest, RunWatchChecksResult } from '../src/domain/deployment/deployment-watch';
import type {
  ClaimWorkRequest,
  ClaimWorkResult,
  EndedObjectives,
  EndedObjectivesRequest,
  HeldElsewhere,
  ReleaseClaimsRequest,
} from '../src/domain/coordination/repository-claims';
import type { MigrationSlot } from '../src/domain/database/migration-slot';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import type {
  CompareRequest,
  CompareResult,
  DeliverRequest,
  GateRequest,
  InspectRequest,
  InspectResult,
  MergeRequest,
  MergeResult,
  RefreshBaseRequest,
  RefreshBaseResult,
} from '../src/domain/quality-gate/gate-work';
import type { ObjectiveInput } from '../src/domain/objective/objective';
import type { OpenPullRequestRequest, OpenPullRequestResult } from '../src/domain/pull-request/pull-request';
import type { GateSummary } from '../src/domain/quality-gate/receipt';
import type { WallNotice, WallReport } from '../src/domain/usage/provider-gate';
import type { Delivery } from '../src/domain/objective/status';
import type {
  AmendPlanRequest,
  AnalyseRequest,
  AnalyseResult,
  AttemptRequest,
  AttemptResult,
  ConsultRequest,
  ConsultResult,
  ContextGrantRequest,
  ContextGrantResult,
  PlanRequest,
  PlanResult,
  ReviewRequest,
  ReviewResult,
  SurveyResult,
} from '../src/domain/work/work';

/** Activities that ask a model; a provider's walls are waited out by their retry policy. */
export interface ModelActivities {
  analyseObjective(request: AnalyseRequest): Promise<AnalyseResult>;
  planObjective(request: PlanRequest): Promise<PlanResult>;
  consultPeer(request: ConsultRequest): Promise<ConsultResult>;
  reviewTask(request: ReviewRequest): Promise<ReviewResult>;
  decideContext(request: ContextGrantRequest): Promise<ContextGrantResult>;
  /** One reviewer looks at its items of the integrated tree; what it says is added to the gate's report. */
  reviewObjective(request: InspectRequest): Promise<InspectResult>;
  /** What of the objective is not in the integrated tree. */
  compareObjective(request: CompareRequest): Promise<CompareResult>;
}

/** What objectives that share a provider tell each other about its walls. */
export interface ProviderActivities {
  /** Tells the provider's gate that calls are not wanted; the gate is started if need be. */
  reportWall(request: WallReport): Promise<void>;
  /** Tells every open objective on the provider; answers whom. */
  announceWall(request: WallNotice): Promise<{ readonly told: readonly string[] }>;
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
  refreshBase(request: RefreshBaseRequest): Promise<RefreshBaseResult>;
  deliverObjective(request: DeliverRequest): Promise<Delivery>;
}

/** Questions to models about a schema change; walls are waited out by their retry policy. */
export interface DatabaseThinking {
  designMigration(request: DesignMigrationRequest): Promise<DesignMigrationResult>;
  planDeployment(request: PlanDeploymentRequest): Promise<PlanDeploymentResult>;
  chooseRollout(request: ChooseRolloutRequest): Promise<ChooseRolloutResult>;
}

/** What is tried on a replica. */
export interface ReplicaActivities {
  rehearseMigration(request: RehearseMigrationRequest): Promise<RehearsalResult>;
  drillBackup(request: DrillBackupRequest): Promise<RehearsalResult>;
  rehearseRollout(request: RehearseRolloutRequest): Promise<RehearsalResult>;
}

/** The steps of an API contract. */
export interface ContractActivities {
  inspectContract(request: InspectContractRequest): Promise<InspectContractResult>;
  publishContract(request: PublishContractRequest): Promise<PublishContractResult>;
  announceContract(request: AnnounceContractRequest): Promise<AnnounceContractResult>;
  testContract(request: TestContractRequest): Promise<TestContractResult>;
}

/** The frontend-coordinator role looks at a contract. */
export interface ContractThinking {
  validateContract(request: ValidateContractRequest): Promise<ValidateContractResult>;
}

/** What several objectives on one repository agree with its entity. */
export interface ClaimActivities {
  reserveMigration(request: ReserveMigrationRequest): Promise<MigrationSlot>;
  /** What others hold; asked before planning, so that the plan goes around it. */
  readClaims(request: { readonly handle: ObjectiveHandle }): Promise<HeldElsewhere>;
  claimWork(request: ClaimWorkRequest): Promise<ClaimWorkResult>;
  releaseClaims(request: ReleaseClaimsRequest): Promise<void>;
  /**
   * Which of these objectives, or of the workflows one coordinates with, no longer run: they may die without giving anything
   * back, or an answer.
   */
  endedObjectives(request: EndedObjectivesRequest): Promise<EndedObjectives>;
}

/** What is brought to the forge that has the repository. */
export interface ForgeActivities {
  /** Pushes what was delivered and opens its pull request, or brings it up to date. */
  openPullRequest(request: OpenPullRequestRequest): Promise<OpenPullRequestResult>;
}

/** What is looked at after a deployment. */
export interface WatchActivities {
  runWatchChecks(request: RunWatchChecksRequest): Promise<RunWatchChecksResult>;
}

/** What belongs to decisions of people; run as local activities. */
export interface DecisionActivities {
  verifyProof(request: VerifyProofRequest): Promise<VerifyProofResult>;
  /** Writes decisions to the audit log; those that are in it already stay as they are. */
  recordDecisions(request: RecordDecisionsRequest): Promise<void>;
}

/** Telling people what waits for them. */
export interface NotificationActivities {
  /** Which channels want news of a kind, as the worker's settings say now. */
  listChannels(request: ChannelsRequest): Promise<ChannelsResult>;
  notifyPeople(request: NotifyRequest): Promise<NotifyResult>;
}

/** Everything the workflows may call. */
export type Activities = ModelActivities &
  AttemptActivities &
  RepositoryActivities &
  ProviderActivities &
  ReplicaActivities &
  ContractActivities &
  DatabaseThinking &
  ContractThinking &
  ClaimActivities &
  DecisionActivities &
  ForgeActivities &
  WatchActivities &
  NotificationActivities;
