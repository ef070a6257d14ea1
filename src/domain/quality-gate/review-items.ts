import type { ContextCategory } from '../context/context-categories';
import { categoryOfFile, type ContextPathRule } from '../context/context-files';
import { gateItem, type GateSlug } from './gate-items';
import type { GateSettings } from './gate-settings';
import { judgeItems } from './gate-verdict';
import { claimCovers } from '../plan/path-claims';
import type { PlanTask, TaskId } from '../plan/plan';
import type { Receipt } from './receipt';
import type { ReviewOrder } from './review';
import { SPECIALIST_NAMES, type RoleName, type Specialist } from '../department/specialists';
import { reviewsChanges } from '../context/context-files';

const CODE: readonly ContextCategory[] = [
  'implementation-code',
  'api-implementation',
  'business-code',
  'data-access-code',
];

/** Which document of a service an item is about, changed or not. */
type Document = keyof GateSettings['docs'];

interface ReviewRow {
  readonly item: GateSlug;
  /** Who looks at it, the best first; somebody who wrote what it is about is passed over. */
  readonly reviewers: readonly Specialist[];
  /** Categories of the files whose authors do not review it. */
  readonly about: readonly ContextCategory[];
  /** Categories of files that may carry a claim although they were not changed: the routes, the schema. */
  readonly ground: readonly ContextCategory[];
  readonly document?: Document;
}

/**
 * Who reviews what only judgement decides, wholly or as the second half of a tool's check. The rows of
 * @backend-architect on secrets, errors, authentication and authorization are the security audit.
 */
export const REVIEW_ROWS: readonly ReviewRow[] = [
  {
    item: 'rest-conventions',
    reviewers: ['api-architect', 'backend-architect'],
    about: ['api-contracts'],
    ground: ['api-contracts', 'api-implementation'],
  },
  {
    item: 'http-methods',
    reviewers: ['api-architect', 'backend-architect'],
    about: ['api-contracts'],
    ground: ['api-contracts', 'api-implementation'],
  },
  {
    item: 'no-hardcoded-secrets',
    reviewers: ['backend-architect', 'api-architect'],
    about: CODE,
    ground: [],
  },
  {
    item: 'error-handling',
    reviewers: ['backend-architect', 'api-architect'],
    about: CODE,
    ground: ['api-implementation'],
  },
  {
    item: 'authentication',
    reviewers: ['backend-architect', 'api-architect'],
    about: CODE,
    ground: ['api-implementation', 'api-contracts'],
  },
  {
    item: 'authorization',
    reviewers: ['backend-architect', 'api-architect'],
    about: CODE,
    ground: ['api-implementation', 'api-contracts'],
  },
  { item: 'memory-monitored', reviewers: ['backend-architect', 'database-admin'], about: CODE, ground: CODE },
  {
    item: 'caching',
    reviewers: ['backend-architect', 'api-architect'],
    about: CODE,
    ground: ['api-implementation'],
  },
  {
    item: 'normalized-schema',
    reviewers: ['database-optimizer', 'database-admin', 'backend-architect'],
    about: ['database-schema'],
    ground: ['database-schema'],
  },
  {
    item: 'backup-plan',
    reviewers: ['database-admin', 'backend-architect'],
    about: ['database-administration'],
    ground: ['database-administration'],
    document: 'backup',
  },
  { item: 'why-comments', reviewers: ['api-architect', 'backend-architect'], about: CODE, ground: [] },
  {
    item: 'deploy-docs',
    reviewers: ['database-admin', 'backend-architect'],
    about: ['devops-configuration'],
    ground: ['devops-configuration'],
    document: 'deploy',
  },
  {
    item: 'known-limitations',
    reviewers: ['backend-architect', 'database-admin'],
    about: [],
    ground: [],
    document: 'limitations',
  },
];

/** The row of an item that reviewers look at. */
export function reviewRow(item: GateSlug): ReviewRow {
  const found = REVIEW_ROWS.find((row) => row.item === item);
  if (found === undefined) throw new Error(`Nobody reviews ${item}`);
  return found;
}

/** How the files of one target are told apart. */
export interface FileKinds {
  readonly rules: readonly ContextPathRule[];
  readonly documents: GateSettings['docs'];
}

/** Whether a claim about an item may stand on this file although nobody changed it. */
export function isGround(item: GateSlug, path: string, { rules, documents }: FileKinds): boolean {
  const { ground, document } = reviewRow(item);
  if (document !== undefined && documents[document] === path) return true;
  const category = categoryOfFile(path, null, rules);
  return category !== null && ground.includes(category);
}

/** A task as far as it tells who wrote what. */
export interface Authorship {
  readonly task: Pick<PlanTask, 'kind' | 'owns' | 'shares'> & { readonly id: TaskId };
  /** Who did it in the end. */
  readonly specialist: RoleName;
}

/** Who may have written what an item is about. What reviewing tasks hand in are reviews. */
function authorsOf(
  item: GateSlug,
  changed: readonly string[],
  work: readonly Authorship[],
  kinds: FileKinds,
): ReadonlySet<RoleName> {
  const { about, document } = reviewRow(item);
  const subject = changed.filter((path) => {
    if (document !== undefined && kinds.documents[document] === path) return true;
    const category = categoryOfFile(path, null, kinds.rules);
    return category !== null && about.includes(category);
  });
  return new Set(
    work.flatMap(({ task, specialist }) =>
      !reviewsChanges(task.kind) &&
      subject.some((path) => [...task.owns, ...task.shares].some((claim) => claimCovers(claim, path)))
        ? [specialist]
        : [],
    ),
  );
}

/**
 * Items a reviewer has to look at: what judgement alone decides, and what a tool has looked at and found nothing wrong
 * with, or could not tell.
 */
export function itemsToReview(receipts: readonly Receipt[]): GateSlug[] {
  return judgeItems(receipts).flatMap(({ item, verdict, receipts: spoken }) => {
    if (item.decidedBy === 'tool' || verdict !== 'needs-review') return [];
    if (spoken.some(({ checker }) => checker.kind === 'reviewer')) return [];
    return item.decidedBy === 'reviewer' || spoken.length > 0 ? [item.slug] : [];
  });
}

/** Divides items among reviewers, one question each; an item everybody had a hand in is left to people. */
export function orderReviews(request: {
  readonly items: readonly GateSlug[];
  readonly changed: readonly string[];
  readonly work: readonly Authorship[];
  readonly kinds: FileKinds;
}): ReviewOrder[] {
  const { items, changed, work, kinds } = request;
  const orders = new Map<RoleName, GateSlug[]>();
  for (const item of items) {
    const authors = authorsOf(item, changed, work, kinds);
    const wanted: readonly RoleName[] = [...reviewRow(item).reviewers, ...orders.keys(), ...SPECIALIST_NAMES];
    const reviewer = wanted.find((name) => !authors.has(name));
    if (reviewer !== undefined) orders.set(reviewer, [...(orders.get(reviewer) ?? []), item]);
  }
  return [...orders].map(([reviewer, ordered]) => ({
    reviewer,
    items: ordered.sort((a, b) => gateItem(a).item - gateItem(b).item),
  }));
}
