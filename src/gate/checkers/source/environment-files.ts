import type { GateChecker } from '../../checker';
import type { SourceFiles } from '../../facts/source-files';
import { createFindingList, type FindingList } from './engine/scan';
import { isSecretName } from './rules/credentials';
import { isPlaceholder } from './secrets/placeholder';
import { findSecretsIn } from './secrets/shapes';

const ENV_FILE = /(?:^|\/)\.env(?:\.(?:production|prod|staging|live|local))?$/;
const EXAMPLE = /(?:^|\/)(?:\.env\.(?:example|sample|template|dist)|env\.example|example\.env)$/;
const SETTINGS = /(?:^|\/)(?:application|bootstrap)[\w-]*\.(?:ya?ml|properties)$/;

/** Files that carry secrets into the environment: committed, not ignored, or with a value for the case that none is given. */
export const ENVIRONMENT_FILES_CHECKER: GateChecker = {
  name: 'environment-files',
  version: '1',
  subjects: ['secrets-in-env'],
  scope: 'task',
  reads: (path) => /(?:^|\/)\.env|env\.example$|example\.env$|\.gitignore$/.test(path) || SETTINGS.test(path),
  control: async () => {
    const found = await lookAt({
      paths: ['.env', '.gitignore', 'src/main/resources/application.properties'],
      blobs: new Map(),
      read: (path) =>
        Promise.resolve(
          path === '.env'
            ? 'API_SECRET=8fj39dk20dkf93\n'
            : path.endsWith('.properties')
              ? 'jwt.secret=${JWT_SECRET:dev}\n'
              : '',
        ),
    });
    return found.result().findings.length === 2;
  },
  check: async (inspection) => {
    const { findings, evidence } = (await lookAt(await inspection.files())).result();
    return [
      {
        subject: 'secrets-in-env',
        outcome:
          findings.length === 0
            ? { kind: 'ran-clean', note: '' }
            : { kind: 'ran-found', note: `${String(findings.length)} findings`, findings },
        evidence,
      },
    ];
  },
};

async function lookAt(files: SourceFiles): Promise<FindingList> {
  const found = createFindingList();
  for (const path of files.paths) {
    if (/(?:^|\/)(?:node_modules|tests?|fixtures)\//.test(path)) continue;
    if (ENV_FILE.test(path)) reportCommitted(found, path, (await files.read(path)) ?? '');
    else if (EXAMPLE.test(path)) reportExamples(found, path, (await files.read(path)) ?? '');
    else if (SETTINGS.test(path)) reportSettings(found, path, (await files.read(path)) ?? '');
  }
  await reportIgnored(found, files);
  return found;
}

function assignments(
  text: string,
): { readonly name: string; readonly value: string; readonly line: number }[] {
  return text.split('\n').flatMap((row, at) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(["']?)(.*?)\2\s*(?:#.*)?$/.exec(row);
    return match?.[1] === undefined || match[3] === undefined
      ? []
      : [{ name: match[1], value: match[3], line: at + 1 }];
  });
}

function reportCommitted(found: FindingList, file: string, text: string): void {
  const secret = assignments(text).find(({ name, value }) => isSecretName(name) && value !== '');
  const hasPassword = assignments(text).find(({ value }) => /:\/\/[^\s:/@]*:[^\s/@$]+@/.test(value));
  const row = secret ?? hasPassword ?? { name: 'nothing secret yet', line: 1 };
  if (secret === undefined && hasPassword === undefined && !/local|prod|staging|live|\.env$/.test(file))
    return;
  found.add({
    rule: 'committed-env-file',
    message:
      'A file of environment variables is in the repository; take it out, ignore it, and commit an example without values',
    file,
    line: row.line,
    snippet: 'committed',
    quote: `${row.name}=…`,
  });
}

/** An example holds a value that looks like a real one. */
function reportExamples(found: FindingList, file: string, text: string): void {
  // Looked at as a source, where fewer values pass for examples.
  const hits = findSecretsIn('src/environment.env', text);
  const rows = assignments(text);
  for (const { line, hint, fingerprint } of hits) {
    const row = rows.find((one) => one.line === line);
    if (row === undefined || isPlaceholder(row.value) || isLocalUrl(row.value) || !isRealLooking(row.value))
      continue;
    found.add({
      rule: 'real-value-in-example',
      message:
        'The example of the environment has a value that looks like a real secret; leave it empty or write what belongs there',
      file,
      line,
      snippet: `${row.name}:${fingerprint}`,
      quote: `${row.name}=${hint}`,
    });
  }
}

function isRealLooking(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && value.length >= 10;
}

function isLocalUrl(value: string): boolean {
  return /^\w[\w+.-]*:\/\/(?:[^\s@]*@)?(?:localhost|127\.0\.0\.1|[a-z][\w-]*)(?::\d+)?(?:\/|$)/.test(value);
}

/** `jwt.secret=${JWT_SECRET:dev}` of Spring. */
function reportSettings(found: FindingList, file: string, text: string): void {
  if (/(?:^|\/)application[\w-]*-(?:test|dev|local|it)\./.test(file)) return;
  text.split('\n').forEach((row, at) => {
    const [, variable = '', fallback = ''] = /\$\{([\w.-]+):([^}\s]+)\}/.exec(row) ?? [];
    if (fallback === '' || !isSecretName(variable.replace(/[.-]/g, '_'))) return;
    found.add({
      rule: 'secret-fallback-in-settings',
      message: 'A secret has a literal to fall back on where its variable is missing; leave the fallback out',
      file,
      line: at + 1,
      snippet: variable,
      quote: `\${${variable}:…}`,
    });
  });
}

/** The service reads a .env, and nothing keeps it out of git. */
async function reportIgnored(found: FindingList, files: SourceFiles): Promise<void> {
  const example = files.paths.find(
    (path) => EXAMPLE.test(path) && !/(?:^|\/)(?:tests?|fixtures)\//.test(path),
  );
  if (example === undefined) return;
  const folder = example.includes('/') ? example.slice(0, example.lastIndexOf('/') + 1) : '';
  const ignores = files.paths.filter(
    (path) => path.endsWith('.gitignore') && folder.startsWith(path.slice(0, -'.gitignore'.length)),
  );
  const texts = [
    ...(await Promise.all(ignores.map((path) => files.read(path)))),
    ...((await files.ignoresAbove?.()) ?? []),
  ];
  // `.env`, `*.env`, `.env*`, `/.env`, `**/.env`, `.*`
  const isIgnored = texts.some((text) =>
    /^\s*(?:\*\*\/|\/)?(?:[\w-]+\/)*(?:\*?\.env[*.]*\*?|\.\*|\.env\.\*|\*\.env)\s*$/m.test(text ?? ''),
  );
  if (isIgnored) return;
  found.add({
    rule: 'env-file-not-ignored',
    message:
      'There is an example of a .env, and no .gitignore keeps the real one out of the repository; add it',
    file: example,
    line: 1,
    snippet: 'not ignored',
    quote: example,
  });
}
