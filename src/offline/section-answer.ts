import { assertNever } from '../domain/common/assert-never';
import { GateSlug } from '../domain/quality-gate/gate-items';
import type { ModelQuestion } from '../domain/escalation/model-question';
import type { GateReview, ItemReview } from '../domain/quality-gate/review';
import { readNumberedLine } from '../domain/quality-gate/review-source';
import type { Comparison } from '../domain/plan/comparison';
import { deploymentOf, designOf, reviewContract, rolloutOf } from './change-answers';
import type { Conversation } from './conversation';
import type { ComparedTree, LoadedPlaybook, LoadedReply, ReviewedItem } from './playbook';
import { linesUnder } from './prompt-lines';

interface SectionAnswer {
  readonly id: string;
  readonly reply: Extract<LoadedReply, { kind: 'json' }>;
}

type Sections = Pick<LoadedPlaybook, 'review' | 'compare' | 'design' | 'deployment' | 'rollout' | 'validate'>;

/**
 * Answers a question from the sections of a playbook: reviews, the last comparison, schema changes, contracts. They say
 * what there is to say of a file or a change; where it stands and what was measured is read from the question, so that
 * an answer holds for what it is asked about, or says nothing.
 * @returns null where the question is another, or the playbook has nothing to say of it
 */
export function sectionAnswer(
  sections: Sections,
  scenario: string,
  { ask, task, told }: Pick<Conversation, 'ask' | 'task' | 'told'>,
): SectionAnswer | null {
  const value = ask === null ? null : valueOf(sections, scenario, { ask, task, told });
  return ask === null || value === null ? null : { id: ask, reply: { kind: 'json', value } };
}

function valueOf(
  { review, compare, design, deployment, rollout, validate }: Sections,
  scenario: string,
  { ask, task, told }: { readonly ask: ModelQuestion; readonly task: string | null; readonly told: string },
): unknown {
  switch (ask) {
    case 'inspect':
      return reviewOf(review ?? {}, told);
    case 'compare':
      return compare === undefined ? null : compareTree(compare, scenario, told);
    case 'design-migration':
      return designOf(design ?? [], scenario, task);
    case 'plan-deployment':
      return deployment === undefined ? null : deploymentOf(deployment, told);
    case 'choose-rollout':
      return rollout === undefined ? null : rolloutOf(rollout, told);
    case 'validate-contract':
      return validate === undefined ? null : reviewContract(validate, scenario, told);
    case 'analyse':
    case 'plan':
    case 'consult':
    case 'review':
    case 'context':
      return null;
    default:
      return assertNever(ask, 'question');
  }
}

function reviewOf(section: NonNullable<LoadedPlaybook['review']>, told: string): GateReview {
  const sources = readSources(told);
  const items = linesUnder('ITEMS', told).flatMap((line) => {
    const slug = GateSlug.safeParse(/^- ([a-z0-9-]+): /.exec(line)?.[1]);
    return slug.success ? [slug.data] : [];
  });
  return { items: items.map((item) => reviewItem(item, section[item], sources)) };
}

type Sources = ReadonlyMap<string, ReadonlyMap<number, string>>;

function reviewItem(item: GateSlug, said: ReviewedItem | undefined, sources: Sources): ItemReview {
  if (said === undefined) {
    const notLookedAt = ['the playbook says nothing of it'];
    return { item, verdict: 'needs-review', claims: [], counterEvidence: [], notLookedAt, confidence: 'low' };
  }
  const { counterEvidence, confidence } = said;
  const placed = said.claims.map((claim) => ({
    claim,
    place: findQuote(claim.quote, sources.get(claim.file)),
  }));
  const claims = placed.flatMap(({ claim: { claim, file }, place }) =>
    place === null ? [] : [{ claim, file, ...place }],
  );
  const lost = placed.flatMap(({ claim, place }) =>
    place === null ? [`${claim.file}, as the playbook knows it`] : [],
  );
  const verdict = lost.length > 0 ? 'needs-review' : said.verdict;
  const notLookedAt = [...said.notLookedAt, ...lost].slice(0, 20);
  return { item, verdict, claims, counterEvidence, notLookedAt, confidence };
}

/** The whole lines of a file that say the same as the quote, whatever their indentation. */
function findQuote(
  quote: string,
  lines: ReadonlyMap<number, string> | undefined,
): { startLine: number; endLine: number; quote: string } | null {
  const wanted = quote
    .trim()
    .split('\n')
    .map((line) => line.trim());
  for (const startLine of lines?.keys() ?? []) {
    const there = wanted.map((_, index) => lines?.get(startLine + index));
    if (there.every((line, index) => line?.trim() === wanted[index])) {
      return { startLine, endLine: startLine + wanted.length - 1, quote: there.join('\n') };
    }
  }
  return null;
}

function readSources(told: string): Sources {
  const sources = new Map<string, Map<number, string>>();
  let current: Map<number, string> | undefined;
  for (const line of told.split('\n')) {
    const path = /^FILE (.+)$/.exec(line)?.[1];
    if (path !== undefined) sources.set(path, (current = new Map<number, string>()));
    const numbered = readNumberedLine(line);
    if (numbered !== null) current?.set(numbered.number, numbered.text);
  }
  return sources;
}

const SHOWN = 3;

function compareTree(section: ComparedTree, scenario: string, told: string): Comparison {
  const changed = linesUnder('WHAT WAS CHANGED', told).flatMap((line) => {
    const match = /^\| (\S+) (.+) \+\d+ -\d+$/.exec(line);
    return match?.[1] === undefined || match[2] === undefined
      ? []
      : [{ tasks: match[1].split(','), path: match[2] }];
  });
  const files = new Set(linesUnder('FILES OF THE TREE', told).map((line) => line.replace(/^\| /, '')));
  const points = linesUnder('POINTS', told).flatMap((line) => {
    const match = /^- (P\d+) \(([^)]+)\): (.*)$/.exec(line);
    return match === null ? [] : [{ id: match[1] ?? '', source: match[2] ?? '', text: match[3] ?? '' }];
  });
  return {
    points: points.map(({ id, source, text }) => {
      const missing = section.unbuilt.find(
        (row) => row.scenarios.includes(scenario) && row.point.test(text) && !files.has(row.until),
      );
      if (missing !== undefined) return { id, state: 'unbuilt', files: [], why: missing.why };
      const evidence: readonly string[] = new Map(Object.entries(section.evidence)).get(source) ?? [];
      const own = changed.filter(({ tasks }) => tasks.includes(source)).map(({ path }) => path);
      const shown = [...evidence, ...own].filter((path) => files.has(path)).slice(0, SHOWN);
      return shown.length === 0
        ? { id, state: 'unbuilt', files: [], why: 'no file of the tree shows it' }
        : { id, state: 'built', files: shown, why: `${shown.join(', ')} carries it` };
    }),
  };
}
