/** Names of the test cases of a file, as far as its text tells; the same name twice is two cases. */
export function testTitlesOf(path: string, text: string): string[] {
  if (path.endsWith('.py')) return names(text, /^\s*(?:async\s+)?def\s+(test\w*)\s*\(/gm);
  if (/\.(?:java|kt)$/.test(path)) {
    return names(
      text,
      /@(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b[\s\S]{0,400}?\b(?:void|fun|Stream<\w+>)\s+(`[^`]+`|\w+)\s*\(/g,
    );
  }
  return names(
    text,
    /(?:^|[^\w.])(?:it|test|specify)(?:\.(?:only|skip|concurrent|serial|failing|each\([\s\S]{0,2000}?\)))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/gm,
  );
}

function names(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1).find(Boolean) ?? '');
}

/** What is in `before` and not in `after`, counted. */
export function missingFrom(before: readonly string[], after: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of after) left.set(one, (left.get(one) ?? 0) + 1);
  return before.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}
