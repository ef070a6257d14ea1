/** One piece of a pattern: characters to choose from, or sequences to choose from, and how often it comes. */
interface Piece {
  readonly characters: string | null;
  readonly choices: readonly (readonly Piece[])[];
  readonly least: number;
  readonly most: number;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const WORD = `${LETTERS}${LETTERS.toUpperCase()}${DIGITS}`;
const PRINTABLE = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join('');
const UNBOUNDED = 64;
const LONGEST_PATTERN = 500;
/** How many more repetitions are tried, for patterns whose length is bounded from below elsewhere. */
const EXTRA = [0, 1, 3, 7, 15, 31] as const;

/**
 * A text that matches a pattern of a JSON schema, another one for each `variant`; null where none was found. Look-arounds
 * and back-references are left to luck: what comes out was tested against the pattern.
 */
export function textMatching(
  pattern: string,
  bounds: { readonly variant: number; readonly minLength: number; readonly maxLength: number },
): string | null {
  if (pattern.length > LONGEST_PATTERN) return null;
  const expression = compile(pattern);
  if (expression === null) return null;
  const pieces = parse(pattern);
  for (const extra of EXTRA) {
    for (let seed = 0; seed < 4; seed += 1) {
      const text = spell(pieces, extra, createDice(bounds.variant * 4 + seed));
      if (text.length >= bounds.minLength && text.length <= bounds.maxLength && expression.test(text))
        return text;
    }
  }
  return null;
}

function compile(pattern: string): RegExp | null {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      continue; // patterns of other dialects
    }
  }
  return null;
}

type Dice = (sides: number) => number;

function createDice(seed: number): Dice {
  let state = (seed + 1) * 2_654_435_761;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return (state >>> 8) % sides;
  };
}

function spell(choices: readonly (readonly Piece[])[], extra: number, dice: Dice): string {
  const sequence = choices[dice(Math.max(1, choices.length))] ?? [];
  return sequence
    .map((piece) => {
      const times = Math.min(
        piece.most,
        piece.most > 1 ? Math.max(piece.least, 1) + extra : piece.least,
        UNBOUNDED,
      );
      return Array.from({ length: times }, () =>
        piece.characters === null
          ? spell(piece.choices, extra, dice)
          : (piece.characters[dice(piece.characters.length)] ?? ''),
      ).join('');
    })
    .join('');
}

function parse(pattern: string): readonly (readonly Piece[])[] {
  let at = 0;
  const alternatives = (): Piece[][] => {
    const all: Piece[][] = [[]];
    while (at < pattern.length && pattern[at] !== ')') {
      if (pattern[at] === '|') {
        at += 1;
        all.push([]);
        continue;
      }
      const atom = nextAtom();
      if (atom !== null) all.at(-1)?.push({ ...atom, ...quantifier() });
    }
    return all;
  };
  const nextAtom = (): Pick<Piece, 'characters' | 'choices'> | null => {
    const here = pattern[at] ?? '';
    at += 1;
    switch (here) {
      case '^':
      case '$':
        return null;
      case '.':
        return { characters: LETTERS, choices: [] };
      case '[':
        return { characters: characterClass(), choices: [] };
      case '(': {
        const head = /^\?(?:[:>]|<?[=!]|P?<[A-Za-z]\w*>)/.exec(pattern.slice(at, at + 40))?.[0] ?? '';
        at += head.length;
        const choices = alternatives();
        at += 1;
        return /[=!]$/.test(head) ? null : { characters: null, choices };
      }
      case '\\':
        return escaped();
      default:
        return { characters: here, choices: [] };
    }
  };
  const escaped = (): Pick<Piece, 'characters' | 'choices'> | null => {
    const characters = escapedCharacters();
    return characters === '' ? null : { characters, choices: [] };
  };
  const escapedCharacters = (): string => {
    const letter = pattern[at] ?? '';
    at += 1;
    switch (letter) {
      case 'd':
        return DIGITS;
      case 'w':
        return WORD;
      case 's':
        return ' ';
      case 'D':
      case 'S':
      case 'W':
        return letter === 'W' ? '-' : LETTERS;
      case 'b':
      case 'B':
      case 'A':
      case 'Z':
      case 'z':
        return '';
      case 'p':
      case 'P':
        at += /^\{[^}]*\}/.exec(pattern.slice(at))?.[0].length ?? 0;
        return LETTERS;
      case 'u':
      case 'x': {
        const digits =
          (letter === 'u' ? /^[0-9a-f]{4}/i : /^[0-9a-f]{2}/i).exec(pattern.slice(at))?.[0] ?? '';
        at += digits.length;
        return digits === '' ? letter : String.fromCharCode(Number.parseInt(digits, 16));
      }
      default:
        return { n: '\n', r: '\r', t: '\t' }[letter] ?? letter;
    }
  };
  const characterClass = (): string => {
    const negated = pattern[at] === '^';
    if (negated) at += 1;
    let inside = '';
    while (at < pattern.length && pattern[at] !== ']') {
      const from = pattern[at] ?? '';
      at += 1;
      const characters = from === '\\' ? escapedCharacters() : from;
      if (
        pattern[at] === '-' &&
        pattern[at + 1] !== ']' &&
        characters.length === 1 &&
        at + 1 < pattern.length
      ) {
        at += 1;
        const until = pattern[at] ?? '';
        at += 1;
        const end = until === '\\' ? escapedCharacters() : until;
        const first = characters.charCodeAt(0);
        const length = Math.max(1, Math.min(end.charCodeAt(0) - first + 1, 128));
        inside += Array.from({ length }, (_, step) => String.fromCharCode(first + step)).join('');
      } else {
        inside += characters;
      }
    }
    at += 1;
    if (negated) return [...WORD, ...PRINTABLE].filter((one) => !inside.includes(one)).join('') || ' ';
    // Plain characters first: odd ones are allowed, and seldom what is meant.
    const plain = [...inside].filter((one) => WORD.includes(one)).join('');
    return plain === '' ? inside || 'a' : plain;
  };
  const quantifier = (): Pick<Piece, 'least' | 'most'> => {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})[?+]?/.exec(pattern.slice(at, at + 30));
    if (match === null) return { least: 1, most: 1 };
    at += match[0].length;
    switch (match[0].charAt(0)) {
      case '*':
        return { least: 0, most: UNBOUNDED };
      case '+':
        return { least: 1, most: UNBOUNDED };
      case '?':
        return { least: 0, most: 1 };
      default: {
        const least = Number(match[1]);
        return { least, most: match[2] === '' ? least : match[3] === '' ? UNBOUNDED : Number(match[3]) };
      }
    }
  };
  return alternatives();
}
