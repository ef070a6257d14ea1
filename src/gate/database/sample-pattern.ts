/** A part of a pattern: how many strings it can make, as far as counted, and the one of a number. */
type Sampler = (take: (size: number) => number) => string;

const CLASSES: Readonly<Record<string, string>> = {
  d: '0123456789',
  w: 'abcdefghijklmnopqrstuvwxyz0123456789',
  s: ' ',
};
const POSIX: Readonly<Record<string, string>> = {
  digit: '0123456789',
  alpha: 'abcdefghijklmnopqrstuvwxyz',
  alnum: 'abcdefghijklmnopqrstuvwxyz0123456789',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  xdigit: '0123456789abcdef',
  space: ' ',
  punct: '-_.',
};
const PRINTABLE = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@ !#%+,/:;=~';
/** Repetitions taken where a pattern allows many. */
const USUAL_LENGTH = 8;

class Unsupported extends Error {}

/**
 * Strings that match a regular expression, another one for each number as far as the pattern has so many; null for a
 * pattern with look-ahead, back references or anything else that is not generated here.
 */
export function createPatternSampler(pattern: string): ((n: number) => string) | null {
  try {
    const reader = { text: pattern, at: 0 };
    const sampler = readChoice(reader);
    if (reader.at < pattern.length) return null;
    return (n) => {
      // Digits of n in a mixed radix: each choice uses up a part of the number.
      let rest = n;
      return sampler((size) => {
        const picked = rest % size;
        rest = Math.floor(rest / size);
        return picked;
      });
    };
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

function readChoice(reader: Reader): Sampler {
  const options = [readSequence(reader)];
  while (reader.text[reader.at] === '|') {
    reader.at += 1;
    options.push(readSequence(reader));
  }
  return (take) => (options[options.length === 1 ? 0 : take(options.length)] ?? emptySampler)(take);
}

const emptySampler: Sampler = () => '';

function readSequence(reader: Reader): Sampler {
  const parts: Sampler[] = [];
  for (;;) {
    const mark = reader.text[reader.at];
    if (mark === undefined || mark === '|' || mark === ')') break;
    reader.at += 1;
    if (mark === '^' || mark === '$') continue;
    parts.push(repeated(reader, readAtom(reader, mark)));
  }
  return (take) => parts.map((part) => part(take)).join('');
}

function readAtom(reader: Reader, mark: string): Sampler {
  switch (mark) {
    case '(': {
      if (reader.text.startsWith('?:', reader.at)) reader.at += 2;
      else if (reader.text[reader.at] === '?') throw new Unsupported();
      const inside = readChoice(reader);
      if (reader.text[reader.at] !== ')') throw new Unsupported();
      reader.at += 1;
      return inside;
    }
    case '[':
      return oneOf(readClass(reader));
    case '.':
      return oneOf(PRINTABLE.slice(0, 36));
    case '\\': {
      const next = reader.text[reader.at] ?? '';
      reader.at += 1;
      const known = CLASSES[next];
      if (known !== undefined) return oneOf(known);
      if (/[A-Za-z0-9]/.test(next)) throw new Unsupported();
      return () => next;
    }
    case '*':
    case '+':
    case '?':
      throw new Unsupported();
    default:
      return () => mark;
  }
}

const oneOf =
  (characters: string): Sampler =>
  (take) =>
    characters[take(characters.length)] ?? '';

function readClass(reader: Reader): string {
  const negated = reader.text[reader.at] === '^';
  if (negated) reader.at += 1;
  let members = '';
  for (let first = true; ; first = false) {
    const mark = reader.text[reader.at];
    if (mark === undefined) throw new Unsupported();
    reader.at += 1;
    if (mark === ']' && !first) break;
    const posix = mark === '[' ? /^:([a-z]+):\]/.exec(reader.text.slice(reader.at)) : null;
    if (posix !== null) {
      members += POSIX[posix[1] ?? ''] ?? '';
      reader.at += posix[0].length;
      continue;
    }
    if (mark === '\\') {
      const next = reader.text[reader.at] ?? '';
      reader.at += 1;
      members += CLASSES[next] ?? next;
      continue;
    }
    const end = /^-([^\]])/.exec(reader.text.slice(reader.at))?.[1];
    if (end === undefined) {
      members += mark;
      continue;
    }
    reader.at += 2;
    for (let code = mark.charCodeAt(0); code <= end.charCodeAt(0); code += 1) {
      members += String.fromCharCode(code);
    }
  }
  const kept = negated
    ? [...PRINTABLE].filter((character) => !members.includes(character)).join('')
    : members;
  if (kept === '') throw new Unsupported();
  return kept;
}

function repeated(reader: Reader, part: Sampler): Sampler {
  const [mark, least, comma, most] =
    /^(?:\{(\d+)(,)?(\d+)?\}|[*+?])\??/.exec(reader.text.slice(reader.at)) ?? [];
  if (mark === undefined) return part;
  reader.at += mark.length;
  const min = mark.startsWith('+') ? 1 : Number(least ?? 0);
  const max = mark.startsWith('?')
    ? 1
    : mark.startsWith('{') && comma === undefined
      ? min
      : Number(most ?? Infinity);
  const times = Math.min(max, Math.max(min, mark.startsWith('?') ? 0 : USUAL_LENGTH));
  return (take) => Array.from({ length: times }, () => part(take)).join('');
}
