import { posix } from 'node:path';

/**
 * What is wrong with the names of added migrations where a number was handed out for them, in sentences that say what to
 * rename to what.
 */
export function identifierProblems(files: readonly string[], identifier: string | null): string[] {
  if (identifier === null) return [];
  const right = files.filter((file) => hasIdentifier(file, identifier));
  const wrong = files.filter((file) => !hasIdentifier(file, identifier));
  const numbers = [...new Set(wrong.map(numberOf))];
  return numbers.map((number, at) => {
    const group = wrong.filter((file) => numberOf(file) === number);
    if (at === 0 && right.length === 0) {
      const moves = group.map((file) => `rename ${file} to ${renamed(file, identifier)}`);
      return `the migration was given the identifier ${identifier}: ${moves.join(' and ')}`;
    }
    const into = right[0] ?? renamed(wrong[0] ?? '', identifier);
    return `only the identifier ${identifier} was given out: move what ${group.join(' and ')} does into ${into}`;
  });
}

const PREFIX = /^([VU]?)(\d[\d._]*?)(?=__|[_.-]?[a-z])/i;

/** Flyway writes a letter before the number. */
function hasIdentifier(file: string, identifier: string): boolean {
  const base = posix.basename(file);
  return [base, base.replace(/^[VU](?=\d)/, '')].some(
    (name) => name.startsWith(identifier) && !/^\d/.test(name.slice(identifier.length)),
  );
}

function numberOf(file: string): string {
  return PREFIX.exec(posix.basename(file))?.[2] ?? posix.basename(file);
}

function renamed(file: string, identifier: string): string {
  const base = posix.basename(file);
  const [whole, letter = ''] = PREFIX.exec(base) ?? [];
  const rest = whole === undefined ? `_${base}` : base.slice(whole.length);
  const prefix = /^[VU]/i.test(identifier) ? '' : letter;
  return posix.join(posix.dirname(file), `${prefix}${identifier}${/^[_.-]/.test(rest) ? '' : '_'}${rest}`);
}
