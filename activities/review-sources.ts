import { categoryOfFile } from '../src/domain/context/context-files';
import type { GateSlug } from '../src/domain/quality-gate/gate-items';
import { isGround, reviewRow } from '../src/domain/quality-gate/review-items';
import { numberedSource } from '../src/domain/quality-gate/review-source';
import type { ReviewBrief } from '../src/ports/department';
import type { IntegratedTree } from './integrated-tree';

/** Characters of source one question carries at most, and of one file. */
const MOST_SOURCE = 160_000;
const LONGEST_SOURCE = 40_000;
/** With less room than this a question is full. */
const SMALLEST_SOURCE = 2000;
const LISTED = 20;

/** Files nobody reads: made by tools. */
const GENERATED =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|gradle\.lockfile)$|\.(min\.js|map|snap|svg|png|jpe?g|gif|ico|pdf|woff2?)$/i;
const TEST = /(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.[a-z]+$/i;

const NO_REMOVAL: ReadonlyMap<number, readonly string[]> = new Map();

/**
 * What a reviewer is shown: first changed files its items are about, then what was not changed and carries claims all the
 * same, then other changed files, tests last. What has no room is named.
 */
export async function reviewSources(
  tree: IntegratedTree,
  items: readonly GateSlug[],
): Promise<Pick<ReviewBrief, 'sources' | 'notShown'>> {
  const present = new Set(tree.files);
  const changed = new Set(tree.changed.filter((path) => present.has(path)));
  const isAbout = (path: string): boolean => {
    const category = categoryOfFile(path, null, tree.kinds.rules);
    return items.some(
      (item) =>
        (category !== null && reviewRow(item).about.includes(category)) || isGround(item, path, tree.kinds),
    );
  };
  // Tests last: they say what should hold, and take the most room.
  const rank = (path: string): number => {
    if (TEST.test(path)) return 3;
    return isAbout(path) ? (changed.has(path) ? 0 : 1) : 2;
  };
  const ground = tree.files.filter(
    (path) =>
      !changed.has(path) && !TEST.test(path) && items.some((item) => isGround(item, path, tree.kinds)),
  );
  const wanted = [...changed, ...ground].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

  const sources: { path: string; text: string }[] = [];
  const notShown: string[] = [];
  let room = MOST_SOURCE;
  for (const path of wanted) {
    const file = GENERATED.test(path) || room < SMALLEST_SOURCE ? null : await tree.file(path);
    if (file === null) {
      if (changed.has(path)) notShown.push(path);
      continue;
    }
    const whole = numberedSource(file, tree.diffs.get(path)?.removed ?? NO_REMOVAL);
    const text = cutAtLine(whole, Math.min(room, LONGEST_SOURCE));
    if (text.length < whole.length) notShown.push(`the rest of ${path}`);
    room -= text.length;
    sources.push({ path, text });
  }
  const more = notShown.length - LISTED;
  return {
    sources,
    notShown: [...notShown.slice(0, LISTED), ...(more > 0 ? [`${String(more)} more files`] : [])],
  };
}

function cutAtLine(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf('\n', most);
  return text.slice(0, Math.max(end, 0));
}
