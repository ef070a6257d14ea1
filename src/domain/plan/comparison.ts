import { z } from 'zod';
import { type Analysis, FACETS } from './analysis';
import { type PlanTask, TaskId } from './plan';

/** Points compared at most; what is beyond them is counted and said. */
const MAX_POINTS = 250;
/** Gaps that travel through the process at most. */
const MAX_GAPS = 10;

/** One thing the objective promised: a line of the analysis, or an acceptance criterion of a task. */
export interface Point {
  /** P1, P2, … */
  readonly id: string;
  /** A task's id, or the key of a facet. */
  readonly source: string;
  readonly text: string;
}

/** Something promised that the integrated tree does not have. */
export const Gap = z.strictObject({
  source: z.union([TaskId, z.enum(FACETS.map((facet) => facet.key))]),
  what: z.string().min(1).max(500),
  why: z.string().max(300),
});
export type Gap = z.infer<typeof Gap>;

/** The answer to the last question about an objective. */
export interface Comparison {
  readonly points: readonly {
    readonly id: string;
    readonly state: 'built' | 'unbuilt';
    /** Files that carry it, or where it should be. */
    readonly files: readonly string[];
    readonly why: string;
  }[];
}

/** Everything an objective promised, of tasks that are part of it; with how many points did not find room. */
export function pointsOf(
  analysis: Analysis,
  tasks: readonly Pick<PlanTask, 'id' | 'acceptanceCriteria'>[],
): { readonly points: Point[]; readonly left: number } {
  const all = [
    ...FACETS.flatMap(({ key }) => analysis[key].map((text) => ({ source: key, text }))),
    ...tasks.flatMap(({ id, acceptanceCriteria }) =>
      acceptanceCriteria.map((text) => ({ source: id, text })),
    ),
  ];
  const points = all.slice(0, MAX_POINTS).map((point, index) => ({ id: `P${String(index + 1)}`, ...point }));
  return { points, left: all.length - points.length };
}

/** Answers that fit: every point once, what is built with files of the tree. Others go back to the model. */
export function comparisonAnswer(points: readonly Point[], files: readonly string[]): z.ZodType<Comparison> {
  const known = new Set(files);
  const answer = z.strictObject({
    id: z.string().max(10),
    state: z.enum(['built', 'unbuilt']),
    files: z.array(z.string().min(1).max(500)).max(5),
    why: z.string().min(1).max(300),
  });
  return z.strictObject({ points: z.array(answer).max(MAX_POINTS) }).superRefine((said, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const ids = said.points.map(({ id }) => id);
    const missing = points.filter(({ id }) => !ids.includes(id)).map(({ id }) => id);
    const strange = ids.filter((id) => !points.some((point) => point.id === id));
    if (missing.length > 0) complain(`these points are missing: ${missing.slice(0, 20).join(', ')}`);
    if (strange.length > 0) complain(`there are no points ${strange.slice(0, 20).join(', ')}`);
    if (new Set(ids).size < ids.length) complain('each point is answered once');
    for (const { id, state, files: named } of said.points) {
      if (state === 'built' && named.length === 0) complain(`${id} is built in no file`);
      const unknown = named.filter((file) => state === 'built' && !known.has(file));
      if (unknown.length > 0) complain(`${id} names ${unknown.join(', ')}, which the tree does not have`);
    }
  });
}

/** What is unbuilt; the first few, since it enters the process. */
export function gapsOf(points: readonly Point[], { points: said }: Comparison): Gap[] {
  return points
    .flatMap(({ id, source, text }) => {
      const answer = said.find((row) => row.id === id);
      const gap = Gap.safeParse({ source, what: text.slice(0, 500), why: answer?.why ?? '' });
      return answer?.state === 'unbuilt' && gap.success ? [gap.data] : [];
    })
    .slice(0, MAX_GAPS);
}

/** How an accepted gap is named among what was waived. */
export function gapKey({ source, what }: Gap): string {
  return `unbuilt (${source}): ${what}`.slice(0, 120);
}
