import type { SecretLintCoreResult } from '@secretlint/types';
import { isPlaceholder, isTrialPath } from './placeholder';
import { createLineFinder, fingerprintOf, type SecretHit } from './shapes';

const PRESET = '@secretlint/secretlint-rule-preset-recommend';
/** Rules whose hits are for trying out where tests, documents and examples have them. */
const UNSURE = /basicauth|database-connection-string|privatekey/i;
const LARGEST_PART = 256 * 1024;

/** What secretlint's recommended rules find, by file; files are looked at many at a time, one call costs 13 ms. */
export async function lintSecrets(
  files: readonly { readonly path: string; readonly text: string }[],
  signal: AbortSignal,
): Promise<readonly (SecretHit & { readonly path: string })[]> {
  // Only loaded where it is used: the preset is large.
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ]);
  const hits: (SecretHit & { readonly path: string })[] = [];
  for (const part of partsOf(files)) {
    signal.throwIfAborted();
    const content = part.map(({ text }) => text).join('\n');
    const result = await lintSource({
      source: { content, filePath: '/sources.txt', contentType: 'text', ext: '.txt' },
      options: { locale: 'en', noPhysicFilePath: true, config: { rules: [{ id: PRESET, rule: creator }] } },
    });
    hits.push(...hitsOf(result, content, part));
  }
  return hits;
}

function* partsOf(
  files: readonly { readonly path: string; readonly text: string }[],
): Generator<{ readonly path: string; readonly text: string }[]> {
  let part: { readonly path: string; readonly text: string }[] = [];
  let size = 0;
  for (const file of files) {
    if (size > 0 && size + file.text.length > LARGEST_PART) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(file);
    size += file.text.length;
  }
  if (part.length > 0) yield part;
}

function hitsOf(
  result: SecretLintCoreResult,
  content: string,
  part: readonly { readonly path: string; readonly text: string }[],
): (SecretHit & { readonly path: string })[] {
  const lineOf = createLineFinder(content);
  return result.messages.flatMap((message) => {
    const [from, to] = message.range;
    const value = content.slice(from, to);
    const kind = `secretlint-${message.ruleId.replace(/^@secretlint\/secretlint-rule-/, '')}`;
    let offset = 0;
    const file = part.find(({ text }) => {
      if (from < offset + text.length + 1) return true;
      offset += text.length + 1;
      return false;
    });
    if (file === undefined || isPlaceholder(value) || isPlaceholderUrl(value)) return [];
    if (isTrialPath(file.path) && UNSURE.test(kind)) return [];
    const line = lineOf(from) - lineOf(offset) + 1;
    return [
      {
        path: file.path,
        kind,
        line,
        hint: `${value.slice(0, 4)}… (${String(value.length)} characters)`,
        fingerprint: fingerprintOf(value),
      },
    ];
  });
}

/** `postgres://app:${PASSWORD}@db` and `https://user:pass@localhost`. */
function isPlaceholderUrl(value: string): boolean {
  const match = /^\w[\w+.-]*:\/\/([^\s:/@]*):([^\s/@]+)@([^\s/:]+)/.exec(value);
  const password = match?.[2];
  return (
    password !== undefined &&
    (isPlaceholder(password) ||
      password === match?.[1] ||
      (/^(?:localhost|127\.0\.0\.1|[a-z][\w-]*)$/.test(match?.[3] ?? '') && password.length < 6))
  );
}
