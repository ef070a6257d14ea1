import type { ContractBundle } from '../domain/contract/contract-bundle';
import type { ContractExpectations } from '../domain/contract/contract-expectations';
import type { ContractExchange, ContractTestReport } from '../domain/contract/contract-test-report';
import type { InspectContractResult } from '../domain/contract/contract-work';
import type { JsonRecord } from '../domain/contract/openapi-document';
import type { Survey } from '../domain/target/survey';
import type { CheckTarget } from './gate';

/** Files of one commit. */
export interface CommitFiles {
  list(): Promise<readonly string[]>;
  read(path: string): Promise<string | null>;
}

/** A commit with a spec, and the base it is compared with. */
export interface ContractPlace {
  readonly survey: Survey;
  readonly commit: CommitFiles;
  readonly base: CommitFiles;
}

/** A spec in one document, with the files it was made of; or what keeps it from being built upon. */
export type ContractReading =
  | {
      readonly kind: 'openapi';
      /** References inside the document only. */
      readonly document: JsonRecord;
      readonly sources: readonly { readonly path: string; readonly text: string }[];
    }
  | {
      readonly kind: 'graphql';
      /** In lexicographical order, without what the standard has anyway. */
      readonly sdl: string;
      readonly sources: readonly { readonly path: string; readonly text: string }[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Reads the spec at `path` and everything it refers to in the repository; nothing is fetched. */
export type ReadContract = (path: string, files: CommitFiles) => Promise<ContractReading>;

/** An approved spec as the service is held to it: text of the bundled document, or SDL. */
interface ApprovedContract {
  readonly kind: ContractBundle['kind'];
  readonly source: string;
  readonly text: string;
}

/** What the service answered. */
export type ContractRun =
  | {
      readonly kind: 'ran';
      readonly exchanges: readonly ContractExchange[];
      readonly notExecuted: readonly string[];
    }
  | { readonly kind: 'not-executed'; readonly reason: string };

/** Starts the service of a checkout and holds its answers against the approved spec and what consumers expect. */
export type ExerciseContract = (request: {
  readonly target: CheckTarget;
  readonly survey: Survey;
  readonly contract: ApprovedContract;
  readonly expectations: readonly ContractExpectations[];
  readonly signal: AbortSignal;
}) => Promise<ContractRun>;

/** A file of a bundle before it is stored. */
export interface BundleText {
  readonly path: string;
  readonly text: string;
  readonly mediaType: string;
}

/** Everything of a bundle but where its files are stored. */
export interface PublishedContract {
  readonly manifest: Omit<ContractBundle, 'files'>;
  readonly files: readonly BundleText[];
  /** What changed against the base, in one line. */
  readonly summary: string;
}

/** What consumers are told of a revision. */
export interface ContractNews {
  readonly event: string;
  readonly objective: string;
  readonly contract: string;
  readonly revision: number;
  readonly hash: string;
  readonly operations: readonly string[];
  readonly changelog: string;
  readonly files: readonly { readonly path: string; readonly blob: string; readonly bytes: number }[];
}

/** API contracts: from a spec in a commit to what its consumers hold in their hands. */
export interface Contracts {
  /** `path` null: the spec the repository has, or one that `changed` files bring. */
  inspect(
    request: ContractPlace & { readonly path: string | null; readonly changed: readonly string[] },
  ): Promise<InspectContractResult>;
  /** @throws Error where the spec at `path` is not what `hash` says */
  publish(
    request: ContractPlace & {
      readonly path: string;
      readonly name: string;
      readonly revision: number;
      readonly hash: string;
    },
  ): Promise<PublishedContract>;
  /** @throws WebhookFailed where it is not taken; told once more, it is the same delivery */
  announce(request: {
    readonly webhook: { readonly url: string; readonly secretEnv?: string | undefined };
    readonly news: ContractNews;
    readonly signal: AbortSignal;
  }): Promise<void>;
  /** The integration test of an approved contract: exchanges with the service, and its types compiled. */
  test(request: {
    readonly target: CheckTarget;
    readonly survey: Survey;
    readonly name: string;
    readonly hash: string;
    readonly contract: ApprovedContract;
    /** The bundle's generated types. */
    readonly types: string;
    readonly expectations: readonly { readonly path: string; readonly text: string }[];
    readonly signal: AbortSignal;
  }): Promise<
    | { readonly kind: 'tested'; readonly report: ContractTestReport }
    | { readonly kind: 'not-executed'; readonly reason: string }
  >;
}
