import type { SourceFiles } from '../../facts/source-files';

/** Set by the system, the platform or the test runner; nobody documents them for a service. */
const COMMON =
  /^(?:NODE_ENV|NODE_OPTIONS|CI|PATH|HOME|USER|SHELL|PWD|LANG|LC_ALL|TMPDIR|TMP|TEMP|TZ|DEBUG|NO_COLOR|FORCE_COLOR|HOSTNAME|JEST_WORKER_ID|VITEST|PYTEST_\w+|PYTHON\w+|DJANGO_SETTINGS_MODULE|JAVA_\w+|MAVEN_\w+|npm_\w+|COORDINATOR_\w+|UV_\w+|KUBERNETES_\w+)$/;

const NAME = '[A-Z][A-Z0-9_]{1,60}';
const READERS: readonly RegExp[] = [
  new RegExp(`\\bprocess\\.env\\.(${NAME})\\b`, 'g'),
  new RegExp(`\\benv\\.(${NAME})\\b`, 'g'),
  new RegExp(`\\b(?:env|environ|ENV)\\[\\s*['"\`](${NAME})['"\`]\\s*\\]`, 'g'),
  new RegExp(
    `\\b(?:environ\\.get|getenv|env\\.get|config(?:Service)?\\.get(?:OrThrow)?(?:<[^>]*>)?)\\(\\s*['"\`](${NAME})['"\`]`,
    'g',
  ),
  new RegExp(
    `\\b(?:required|requireEnv|optional|integer|int|number|string|str|boolean|bool|oneOf|url|port|list|secret|readEnv|env)\\w*\\(\\s*(?:env\\w*,\\s*)?['"\`](${NAME})['"\`]`,
    'g',
  ),
];
const SPRING = new RegExp(`\\$\\{(${NAME})(?::[^}]*)?\\}`, 'g');
const DESTRUCTURED = /(?:const|let|var)\s*\{([^}]*)\}\s*=\s*(?:process\.)?env\b/g;
const SETTINGS_CLASS = /^class \w+\((?:\w+\.)?BaseSettings\):\n((?:(?:[ \t]+.*)?\n)+)/gm;

/** Names of environment variables that these sources read, with the file of the first reading. */
export async function environmentNames(
  paths: readonly string[],
  files: SourceFiles,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const add = (name: string | undefined, path: string): void => {
    if (name !== undefined && !COMMON.test(name) && !found.has(name)) found.set(name, path);
  };
  for (const path of paths) {
    const text = await files.read(path);
    if (text === null) continue;
    if (/\.(?:ya?ml|properties)$/.test(path)) {
      for (const [, name] of text.matchAll(SPRING)) add(name, path);
      continue;
    }
    if (!/env/i.test(text) && !text.includes('BaseSettings')) continue;
    for (const reader of READERS) for (const [, name] of text.matchAll(reader)) add(name, path);
    for (const [, list = ''] of text.matchAll(DESTRUCTURED)) {
      for (const part of list.split(',')) add(new RegExp(`^\\s*(${NAME})\\b`).exec(part)?.[1], path);
    }
    for (const [, body = ''] of text.matchAll(SETTINGS_CLASS)) {
      const prefix = /env_prefix\s*=\s*["'](\w*)["']/.exec(body)?.[1] ?? '';
      for (const [, field = ''] of body.matchAll(/^[ \t]+([a-z]\w*)\s*:/gm)) {
        if (field !== 'model_config') add(`${prefix}${field}`.toUpperCase(), path);
      }
    }
  }
  return found;
}

/** Names a document lists as variables: first cells of tables, and items that begin with one. */
export function listedNames(text: string): string[] {
  return [...text.matchAll(new RegExp(`^\\s*(?:\\||[-*])\\s*\`(${NAME})\``, 'gm'))].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}
