import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../src/config/package-root';

/*
 * Cuts the operations that src/forge uses out of GitHub's published OpenAPI description (MIT,
 * https://github.com/github/rest-api-description), as the fixture that the tests' stand-in checks requests against:
 *   node dist/scripts/extract-openapi.js <api.github.com.json> && npx prettier --write test/fixtures/github-openapi.json
 * Answers are not in it, they are large.
 */

const USED = [
  ['get', '/repos/{owner}/{repo}'],
  ['get', '/repos/{owner}/{repo}/branches/{branch}'],
  ['get', '/repos/{owner}/{repo}/git/ref/{ref}'],
  ['get', '/repos/{owner}/{repo}/pulls'],
  ['post', '/repos/{owner}/{repo}/pulls'],
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}'],
  ['patch', '/repos/{owner}/{repo}/pulls/{pull_number}'],
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}/comments'],
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews'],
  ['get', '/repos/{owner}/{repo}/commits/{ref}/check-runs'],
  ['get', '/repos/{owner}/{repo}/commits/{ref}/status'],
  ['get', '/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations'],
] as const;

const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(z.unknown()).default([]),
  requestBody: z.unknown().optional(),
});
const Description = z.looseObject({
  info: z.object({ version: z.string(), title: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});
const Reference = z.object({ $ref: z.string() });

function extract(text: string): object {
  const whole: unknown = JSON.parse(text);
  const description = Description.parse(whole);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [method, path] of USED) {
    const operation = Operation.parse(description.paths[path]?.[method]);
    (paths[path] ??= {})[method] = inlined(whole, operation);
  }
  return {
    $comment:
      "Requests of the operations that src/forge uses, cut out of GitHub's OpenAPI description by scripts/extract-openapi.ts. " +
      'Copyright GitHub, MIT License, https://github.com/github/rest-api-description',
    info: description.info,
    paths,
  };
}

/** The same without references and examples. */
function inlined(whole: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((row) => inlined(whole, row));
  if (typeof value !== 'object' || value === null) return value;
  const reference = Reference.safeParse(value);
  if (reference.success) return inlined(whole, at(whole, reference.data.$ref));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'examples' && !key.startsWith('x-'))
      .map(([key, inner]) => [key, inlined(whole, inner)]),
  );
}

function at(whole: unknown, reference: string): unknown {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce((node: unknown, name) => z.record(z.string(), z.unknown()).parse(node)[name], whole);
}

if (require.main === module) {
  const [, , source] = process.argv;
  if (source === undefined) throw new Error('Name the file of the description.');
  const file = join(packageRoot(), 'test', 'fixtures', 'github-openapi.json');
  writeFileSync(file, `${JSON.stringify(extract(readFileSync(source, 'utf8')), null, 2)}\n`);
}
