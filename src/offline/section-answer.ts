import { GateSlug } from '../domain/gate-items';
import type { GateReview, ItemReview } from '../domain/review';
import { readNumberedLine } from '../domain/review-source';
import type { Comparison } from '../domain/comparison';
import type { Conversation } from './conversation';
import type { ComparedTree, LoadedPlaybook, LoadedReply, ReviewedItem } from './playbook';

interface SectionAnswer {
  readonly id: string;
  readonly reply: Extract<LoadedReply, { kind: 'json' }>;
}

/**
 * Answers a review or the last comparison from the sections of a playbook. They say what there is to say of a file; where
 * it stands is read from the question, so that an answer holds for the tree it is asked about, or says nothing.
 * @returns null where the question is another, or the playbook compares nothing
 */
export function sectionAnswer(
  { review, compare }: Pick<LoadedPlaybook, 'review' | 'compare'>,
  scenario: string,
  { ask, told }: Pick<Conversation, 'ask' | 'told'>,
): SectionAnswer | null {
  if (ask === 'inspect') return answer('inspect', reviewOf(review ?? {}, told));
  if (ask === 'compare' && compare !== undefined)
    return answer('compare', compareTree(compare, scenario, told));
  return null;
}

const answer = (id: string, value: unknown): SectionAnswer => ({ id, reply: { kind: 'json', value } });

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

/** The lines below a heading, up to the next empty one. */
function linesUnder(heading: string, told: string): string[] {
  const lines = told.split('\n');
  const start = lines.indexOf(`${heading}:`);
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.indexOf('');
  return end < 0 ? rest : rest.slice(0, end);
}
