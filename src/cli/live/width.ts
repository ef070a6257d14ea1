/** One column for each unit: what most texts are made of, the signs of our own views included. */
const SIMPLE = /^[\u0020-\u007e\u00a0-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713-\u2718]*$/;
// Marks on a letter, formats that are not shown, and the later parts of a Hangul syllable.
const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
// Wide and Fullwidth of Unicode's East Asian Width (UAX 11), in its blocks.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]$/u;

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character: a letter with its marks, an emoji of several parts. */
function graphemes(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Columns of a terminal that a text takes, which has no escape sequences: two for an emoji or an ideograph. */
export function widthOf(text: string): number {
  if (SIMPLE.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment);
  return width;
}

/** As much of a text's beginning as fits into these columns; no character is cut in two. */
export function fitting(text: string, columns: number): string {
  if (SIMPLE.test(text)) return text.slice(0, Math.max(0, columns));
  let width = 0;
  for (const { segment, index } of graphemes(text)) {
    width += graphemeWidth(segment);
    if (width > columns) return text.slice(0, index);
  }
  return text;
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  let width = 0;
  for (const point of grapheme) if (!NOTHING.test(point)) width += WIDE.test(point) ? 2 : 1;
  return width;
}
