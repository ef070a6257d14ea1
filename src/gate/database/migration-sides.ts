import type { MigrationScript } from './migration-plan';

const MARK =
  /^[ \t]*--[ \t]*(?:migrate:(up|down)\b(.*)|\+(?:goose|migrate)[ \t]+(up|down)\b(.*)|(up|down)[ \t]+migration\b(.*))$/i;
const NO_TRANSACTION = /transaction[ \t]*:[ \t]*false|notransaction/i;
const GOOSE_NO_TRANSACTION = /^[ \t]*--[ \t]*\+goose[ \t]+no[ \t]+transaction\b/im;

/**
 * The two ways of a file that holds both, by the marks of dbmate, goose, sql-migrate and node-pg-migrate; a file without
 * marks is the way up, and a file without the second mark has no way down.
 */
export function sidesOf(
  path: string,
  text: string,
): { readonly up: MigrationScript; readonly down: MigrationScript | null } {
  const lines = text.split('\n');
  const marks = lines.flatMap((line, index) => {
    const match = MARK.exec(line);
    if (match === null) return [];
    const side = (match[1] ?? match[3] ?? match[5] ?? '').toLowerCase();
    return [{ side, index, options: match[2] ?? match[4] ?? match[6] ?? '' }];
  });
  const goose = GOOSE_NO_TRANSACTION.test(text);
  const sideAt = (side: string): MigrationScript | null => {
    const at = marks.findIndex((mark) => mark.side === side);
    const mark = marks[at];
    if (mark === undefined) return null;
    const end = marks[at + 1]?.index ?? lines.length;
    return {
      path,
      line: mark.index + 2,
      sql: lines.slice(mark.index + 1, end).join('\n'),
      transaction: !goose && !NO_TRANSACTION.test(mark.options),
    };
  };
  const up = sideAt('up');
  if (up === null) return { up: { path, line: 1, sql: text, transaction: true }, down: null };
  return { up, down: sideAt('down') };
}
