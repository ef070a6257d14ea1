/** What a forge takes as the text of a pull request, in characters (GitHub's limit; GitLab takes more). */
export const MOST_BODY_CHARACTERS = 65_536;

/** Nobody sees them on a page. Text of others is escaped before it stands between them, so it holds none. */
const BEGIN = '<!-- backend-coordinator: begin -->';
const END = '<!-- backend-coordinator: end -->';
const KEEP_OUT =
  '<sub>This part is written anew with each delivery. What you write above or below it stays.</sub>';
const CUT = '\n\n*Cut here; the rest is in the whole report, whose place the first line tells.*';
/** Less of our part is no use. */
const LEAST_CHARACTERS = 500;

/**
 * Text of a pull request with our part in it: what people wrote around it stays, what they wrote into it is lost, and where
 * they took it out it comes back below theirs.
 * @param there what stands there now; null: nothing
 * @param ours Markdown; cut where the forge takes no more
 * @returns null where people's own text leaves no room
 */
export function withOurPart(there: string | null, ours: string): string | null {
  const [before, after] = aroundOurPart(there ?? '');
  const frame = (part: string): string =>
    [before, `${BEGIN}\n${KEEP_OUT}\n\n${part}\n${END}`, after].filter((text) => text !== '').join('\n\n');
  const room = MOST_BODY_CHARACTERS - frame('').length;
  if (room < Math.min(LEAST_CHARACTERS, ours.length)) return null;
  return frame(cutTo(ours.trimEnd(), room));
}

/** What people wrote before and after our part; all of it before, where there is none. */
function aroundOurPart(text: string): readonly [before: string, after: string] {
  const end = text.indexOf(END);
  const begin = end === -1 ? -1 : text.lastIndexOf(BEGIN, end);
  if (begin === -1) return [text.trim(), ''];
  return [text.slice(0, begin).trim(), text.slice(end + END.length).trim()];
}

/** At the end of a line, so that no row of a table and no surrogate pair is torn. */
function cutTo(text: string, room: number): string {
  if (text.length <= room) return text;
  const kept = text.slice(0, room - CUT.length);
  return `${kept.slice(0, Math.max(kept.lastIndexOf('\n'), 0))}${CUT}`;
}
