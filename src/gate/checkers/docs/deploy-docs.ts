import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, DoesNotApply, type GateChecker } from '../../checker';
import type { SourceFiles } from '../../facts/source-files';
import type { Inspection } from '../../inspection';
import { sourcesOf } from '../../recording/test-sources';
import { missingFor } from './check-command';
import { environmentNames, listedNames } from './environment-names';
import { findDocument, type FoundDocument } from './find-document';
import { commandsOf, wordsOf } from './markdown';

const FEWEST_WORDS = 20;
const START =
  /\bstart\b|\bserve\b|^(?:node|uvicorn|gunicorn|hypercorn|java|kubectl|helm|systemctl|pm2|fly|flyctl)\b|^flask\b.*\brun\b|^docker(?:-compose)?\b.*\b(?:run|up|deploy)\b|^python3? (?:-m )?[\w./]+|\brunserver\b|\bspring-boot:run\b|^\.\/[\w./-]+/;
const SPRING_SETTINGS = /src\/main\/resources\/application[\w-]*\.(?:ya?ml|properties)$/;
/** Read by libraries, so that no source names them. */
const LIBRARY_NAME =
  /^(?:PG|NODE_|UV_|AWS_|OTEL_|SPRING_|SERVER_|MANAGEMENT_|LOGGING_|JAVA_|JDK_|GUNICORN_|UVICORN_|WEB_CONCURRENCY|PYTHON|DJANGO_|FLASK_|TZ|LANG)/;

/** Where the procedure is looked for when no file is configured. */
export const DEPLOY_DOCUMENT = {
  file: /(?:^|\/)(?:docs?\/)?(?:deploy(?:ment|ing)?|operations|runbook|release|hosting)[\w-]*\.(?:md|markdown|rst|txt)$|^(?:DEPLOY\w*|INSTALL)(?:\.md)?$/i,
  heading: /deploy|production|hosting|\binstall|\brun(?:ning)?\b|getting started|usage|setup/i,
} as const;

/** Item 39, the half a rule can decide: the procedure is written down, and it is the one of this tree. */
export const deployDocs: GateChecker = {
  name: 'deploy-docs',
  version: '1',
  subjects: ['deploy-docs'],
  scope: 'task',
  // A command may name any file.
  reads: () => true,
  control: async () => {
    const files = memoryFiles({ 'package.json': '{"scripts":{"start":"node server.js"}}' });
    const found = await judgeCommands(
      { path: 'd.md', text: 'Run `npm run begin`, or `npm start`.', offset: 0 },
      files,
    );
    return found.length === 1 && found[0]?.key === 'command-missing:npm run begin';
  },
  check: checkDeployDocs,
};

async function checkDeployDocs(inspection: Inspection): Promise<Answer[]> {
  const { settings, survey } = inspection;
  const files = await inspection.files();
  const sources = sourcesOf(files.paths, survey.stack);
  if (settings.run === null && survey.framework === null && sources.length === 0) {
    throw new DoesNotApply('nothing-to-deploy', 'there is no service, and no source to deploy');
  }
  const document = await findDocument(files, {
    configured: settings.docs.deploy,
    ...DEPLOY_DOCUMENT,
  });
  if (document === null) {
    const where = settings.docs.deploy ?? 'docs/deploy.md and the README';
    return answer('no deployment procedure was found', [
      { key: 'deploy-doc-missing', text: `the deployment procedure is not described: looked for ${where}` },
    ]);
  }
  const commands = commandsOf(document.text);
  const names = await environmentNames(
    [...sources, ...files.paths.filter((path) => SPRING_SETTINGS.test(path))],
    files,
  );
  const wanted = new Map([
    ...names,
    ...(settings.run?.requiredEnv ?? []).map((name): [string, string] => [name, 'the configuration']),
  ]);
  const findings = [
    ...judgeText(
      document,
      commands.map(({ text }) => text),
      settings.run?.health ?? null,
    ),
    ...(await judgeCommands(document, files)),
    ...(await judgeEnvironment(document, wanted, files, survey.stack === 'java')),
  ];
  return answer(
    `${document.path}: ${String(commands.length)} commands, ${String(wanted.size)} environment variables looked up`,
    findings,
  );
}

function answer(note: string, findings: readonly GateFinding[]): Answer[] {
  const outcome =
    findings.length === 0
      ? ({ kind: 'ran-clean', note } as const)
      : ({ kind: 'ran-found', note, findings } as const);
  return [{ subject: 'deploy-docs', outcome }];
}

/** Whether it is a procedure at all, and asks the health check where it is. */
function judgeText(
  { path, text, offset }: FoundDocument,
  commands: readonly string[],
  health: string | null,
): GateFinding[] {
  const about = (key: string, what: string): GateFinding => ({
    key,
    text: `${path} ${what}`,
    file: path,
    line: offset + 1,
  });
  if (wordsOf(text).length + commands.length * 3 < FEWEST_WORDS || commands.length === 0) {
    return [about('deploy-doc-stub', 'is a stub: too few words, or no command at all')];
  }
  const findings: GateFinding[] = [];
  if (!commands.some((command) => START.test(command))) {
    findings.push(about('deploy-doc-without-start', 'does not say how the service is started'));
  }
  const asked = [...text.matchAll(/\/[\w./-]*(?:health|ready|live|ping|status)\w*/gi)].map(
    ([found]) => found,
  );
  if (
    health !== null &&
    asked.length > 0 &&
    !asked.some((found) => found.endsWith(health.replace(/\/$/, '')))
  ) {
    findings.push(
      about(
        'deploy-doc-health-path',
        `asks ${asked[0] ?? ''} whether the service is up, and it answers at ${health}`.slice(0, 450),
      ),
    );
  }
  return findings;
}

/** Commands that name scripts, files, modules or targets that are not there. */
async function judgeCommands(
  { path, text, offset }: FoundDocument,
  files: Pick<SourceFiles, 'paths' | 'blobs' | 'read'>,
): Promise<GateFinding[]> {
  const findings = new Map<string, GateFinding>();
  for (const command of commandsOf(text)) {
    const missing = await missingFor(command.text, files);
    const key = `command-missing:${command.text}`.slice(0, 300);
    if (missing === null || findings.has(key)) continue;
    findings.set(key, {
      key,
      text: `\`${command.text}\` cannot work: ${missing}`.slice(0, 500),
      file: path,
      line: offset + command.line,
    });
  }
  return [...findings.values()];
}

/** Variables the code reads and no document names, and such as the procedure lists and nothing reads. */
async function judgeEnvironment(
  document: FoundDocument,
  wanted: ReadonlyMap<string, string>,
  files: SourceFiles,
  isJava: boolean,
): Promise<GateFinding[]> {
  const documents = files.paths.filter((path) =>
    /\.(?:md|markdown|rst|txt|adoc)$|(?:^|\/)\.env[\w.-]*$|^README/i.test(path),
  );
  const texts = await Promise.all(documents.map((path) => files.read(path)));
  const prose = [document.text, ...texts.map((text) => text ?? '')].join('\n');
  const unnamed = [...wanted]
    .filter(([name]) => !new RegExp(`\\b${name}\\b`).test(prose))
    .map(([name, path]): GateFinding => ({
      key: `variable-undocumented:${name}`,
      text: `${name} is read by ${path}, and no document names it`,
      ...(path.includes('.') ? { file: path } : {}),
    }));
  if (isJava) return unnamed;
  const listed = [...new Set(listedNames(document.text))].filter(
    (name) => !wanted.has(name) && !LIBRARY_NAME.test(name),
  );
  const stale: GateFinding[] = [];
  for (const name of listed) {
    if (await isNamedInCode(name, files, documents)) continue;
    stale.push({
      key: `variable-unknown:${name}`,
      text: `${document.path} lists ${name}, which nothing reads`,
      file: document.path,
    });
  }
  return [...unnamed, ...stale];
}

async function isNamedInCode(
  name: string,
  files: SourceFiles,
  documents: readonly string[],
): Promise<boolean> {
  for (const path of files.paths) {
    if (documents.includes(path) || /(?:^|\/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml)$/.test(path))
      continue;
    if ((await files.read(path))?.includes(name) === true) return true;
  }
  return false;
}

/** Files that exist in memory only; for the control. */
function memoryFiles(texts: Readonly<Record<string, string>>): SourceFiles {
  return {
    paths: Object.keys(texts),
    blobs: new Map(Object.keys(texts).map((path) => [path, path])),
    read: (path) => Promise.resolve(texts[path] ?? null),
  };
}
