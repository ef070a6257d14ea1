import type { Plan } from '../domain/plan/plan';
import type { ObjectiveStatus } from '../domain/objective/status';
import type { Desk } from '../ports/desk';
import type { Session } from './access';
import type { Live } from './live';
import type { Pictures } from './pictures';

/** The plan of an objective as text that people edit. */
export interface PlanText {
  write(status: ObjectiveStatus): Promise<string>;
  /** @throws UserError with the lines that are wrong */
  read(status: ObjectiveStatus, text: string): Promise<Plan>;
}

/** What every page may use. */
export interface Inbox {
  readonly desk: Desk;
  readonly live: Live;
  readonly pictures: Pictures;
  /** Who decides here, as it is recorded. */
  readonly by: string;
  /** absent: plans are approved or rejected as they are. */
  readonly planText?: PlanText | undefined;
  readonly now: () => Date;
}

/** Parts of a path that were checked, see `routes.ts`; a path without one has it empty. */
export interface Params {
  readonly id: string;
  readonly question: string;
  readonly contract: string;
  readonly task: string;
  readonly output: string;
}

/** A request of somebody who is logged in. */
export interface Asked {
  readonly params: Params;
  /** Fields of a form, trimmed; empty ones are not there. */
  readonly form: ReadonlyMap<string, string>;
  readonly session: Session;
  /** Somebody reads the answer; false: a script only looks whether there is one. */
  readonly read: boolean;
}

/** Rendered pieces by the id of the element that shows them. */
export type Pieces = Readonly<Record<string, string>>;

export type Reply =
  | { readonly kind: 'page'; readonly status: number; readonly html: string }
  /** Made from what a model or a repository wrote: shown in a sandbox that can do nothing. */
  | { readonly kind: 'document'; readonly html: string }
  /** `notice`: what the page there says first. */
  | { readonly kind: 'go'; readonly to: string; readonly notice: string }
  /** Calls `show` with every change until it is stopped; `end`: there will be none any more. */
  | {
      readonly kind: 'stream';
      readonly open: (show: (pieces: Pieces) => void, end: () => void) => () => void;
    };

export function page(html: string, status = 200): Reply {
  return { kind: 'page', status, html };
}

export function go(to: string, notice: string): Reply {
  return { kind: 'go', to, notice };
}
