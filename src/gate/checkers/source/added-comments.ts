import type { Changes, LineRange } from '../../facts/changes';
import type { SourceFiles } from '../../facts/source-files';
import { languageOf, parseSource } from './engine/languages';
import { isMinified, roleOf } from './engine/paths';

/** A comment that a change adds; lines of its own that follow each other are one. */
export interface AddedComment {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const LARGEST_SOURCE = 512 * 1024;
const MOST_COMMENTS = 1000;

/** Comments in the lines a change adds, for a reviewer to judge whether they give reasons; at most 1000. */
export async function listAddedComments(
  changes: Changes,
  files: SourceFiles,
): Promise<readonly AddedComment[]> {
  const added: AddedComment[] = [];
  for (const { path, lines } of changes.files) {
    if (lines.length === 0 || languageOf(path) === null || roleOf(path) === null) continue;
    const text = await files.read(path);
    if (text === null || text.length > LARGEST_SOURCE || isMinified(text)) continue;
    added.push(
      ...joined(commentsOf(path, text).filter((comment) => lines.some((range) => overlaps(comment, range)))),
    );
    if (added.length > MOST_COMMENTS) break;
  }
  return added.slice(0, MOST_COMMENTS);
}

function commentsOf(path: string, text: string): AddedComment[] {
  const kinds = languageOf(path) === 'java' ? ['line_comment', 'block_comment'] : ['comment'];
  return parseSource(path, text)
    .findAll({ rule: { any: kinds.map((kind) => ({ kind })) } })
    .map((node) => {
      const { start, end } = node.range();
      return { file: path, from: start.line + 1, to: end.line + 1, text: node.text() };
    });
}

function overlaps({ from, to }: AddedComment, range: LineRange): boolean {
  return from <= range.to && to >= range.from;
}

function joined(comments: readonly AddedComment[]): AddedComment[] {
  const blocks: AddedComment[] = [];
  for (const comment of comments) {
    const last = blocks.at(-1);
    const isNext = last?.to === comment.from - 1 && !comment.text.startsWith('/*');
    if (isNext)
      blocks[blocks.length - 1] = { ...last, to: comment.to, text: `${last.text}\n${comment.text}` };
    else blocks.push(comment);
  }
  return blocks;
}
