import type { GateSettings } from '../domain/quality-gate/gate-settings';
import type { StackFacts } from './stack-facts';
import { firstOf, type RepositoryFiles, textOf } from './repository-files';
import { scriptsOf } from './node-scripts';

type RunSettings = NonNullable<GateSettings['run']>;
type Start = Pick<RunSettings, 'cmd' | 'portEnv'>;

const READY_MS = 30_000;
const NODE_ENTRIES = [
  ...['src/server', 'server', 'src/index', 'index', 'src/main', 'main', 'src/app', 'app', 'bin/www'].flatMap(
    (name) => [`${name}.js`, `${name}.mjs`, `${name}.cjs`],
  ),
  'bin/www',
];
const PYTHON_ENTRIES = /^(?:src\/)?(?:[\w-]+\/)?(?:main|app|api|server|asgi|wsgi|application|__init__)\.py$/;

/** How the service is started, as far as its files tell; null where they do not. */
export function findRun(
  repository: RepositoryFiles,
  facts: StackFacts,
  more: { readonly health: string | null; readonly requiredEnv: readonly string[] },
): GateSettings['run'] {
  const start = startOf(repository, facts);
  if (start === null) return null;
  return {
    ...start,
    health: more.health,
    readyTimeoutMs: READY_MS,
    // What it needs and nobody configured is made up when it is started.
    env: {},
    requiredEnv: [...more.requiredEnv],
  };
}

function startOf(repository: RepositoryFiles, facts: StackFacts): Start | null {
  switch (facts.stack) {
    case 'node':
      return startNode(repository, facts);
    case 'python':
      return startPython(repository, facts);
    case 'java':
      return startJava(repository, facts);
    case 'unknown':
      return null;
  }
}

function startNode(repository: RepositoryFiles, facts: StackFacts): Start | null {
  const { scripts, main } = scriptsOf(repository);
  const portEnv = portVariable(repository) ?? 'PORT';
  const name = ['start:prod', 'start', 'serve'].find((script) => scripts[script] !== undefined);
  const script = name === undefined ? '' : (scripts[name] ?? '');
  // Started without the package manager between, signals reach the service.
  const plain = /^(?:exec )?node((?: [\w@%+=:,./-]+)+)$/.exec(script.trim())?.[1];
  if (plain !== undefined) return { cmd: ['node', ...plain.trim().split(' ')], portEnv };
  if (name !== undefined) return { cmd: [facts.packageManager ?? 'npm', 'run', name], portEnv };
  const entry = firstOf(repository, [...(main === null ? [] : [main.replace(/^\.\//, '')]), ...NODE_ENTRIES]);
  // A library has a main file too.
  if (entry === null || (facts.framework === null && !/listen\s*\(/.test(repository.read(entry) ?? ''))) {
    return null;
  }
  return { cmd: ['node', entry], portEnv };
}

function startPython(repository: RepositoryFiles, facts: StackFacts): Start | null {
  if (repository.files.includes('manage.py') && facts.framework === 'django') {
    const serve = 'exec python3 manage.py runserver --noreload --insecure "127.0.0.1:$PORT"';
    return { cmd: ['sh', '-c', serve], portEnv: 'PORT' };
  }
  const made = facts.framework === 'flask' ? 'Flask' : facts.framework === 'fastapi' ? 'FastAPI' : null;
  if (made === null) return null;
  for (const path of repository.files.filter((file) => PYTHON_ENTRIES.test(file))) {
    const text = repository.read(path) ?? '';
    const variable = new RegExp(`^(\\w+)(?::[^=\\n]+)? *= *${made}\\(`, 'm').exec(text)?.[1];
    const factory = new RegExp(
      `^def (\\w+)\\([^)]*\\)(?: *-> *[^\\n]*)?:(?:\\n(?: .*)?)*?\\n +[^\\n]*${made}\\(`,
      'm',
    ).exec(text)?.[1];
    const name = variable ?? factory;
    if (name === undefined) continue;
    const isFactory = variable === undefined;
    return made === 'Flask' ? startFlask(path, name, isFactory) : startUvicorn(path, name, isFactory);
  }
  return null;
}

function startUvicorn(path: string, name: string, isFactory: boolean): Start {
  const folder = path.startsWith('src/') ? ['--app-dir', 'src'] : [];
  const factory = isFactory ? ['--factory'] : [];
  // uvicorn reads every option from a variable with its own prefix.
  return {
    cmd: ['python3', '-m', 'uvicorn', `${moduleOf(path)}:${name}`, ...factory, ...folder],
    portEnv: 'UVICORN_PORT',
  };
}

function startFlask(path: string, name: string, isFactory: boolean): Start {
  const app = `${moduleOf(path)}:${name}${isFactory ? '()' : ''}`;
  const source = path.startsWith('src/') ? 'src/' : '';
  const full = source === '' ? app : `src.${app}`;
  return {
    cmd: ['python3', '-m', 'flask', '--app', full, 'run', '--host', '127.0.0.1'],
    portEnv: 'FLASK_RUN_PORT',
  };
}

function moduleOf(path: string): string {
  return path
    .replace(/^src\//, '')
    .replace(/(?:\/__init__)?\.py$/, '')
    .replaceAll('/', '.');
}

function startJava(repository: RepositoryFiles, facts: StackFacts): Start | null {
  if (facts.framework !== 'spring-boot') return null;
  const properties = ['application.yaml', 'application.yml', 'application.properties']
    .map((name) => textOf(repository, `src/main/resources/${name}`))
    .join('\n');
  const portEnv = /port\s*[:=]\s*"?\$\{([A-Z][A-Z0-9_]*)/.exec(properties)?.[1] ?? 'SERVER_PORT';
  if (facts.packageManager !== 'maven') return null;
  return { cmd: ['mvn', '-B', '-o', '-q', 'spring-boot:run'], portEnv };
}

/** The variable an example of the environment gives the port in. */
function portVariable(repository: RepositoryFiles): string | null {
  const text = ['.env.example', '.env.sample', '.env.template', '.env.dist']
    .map((path) => textOf(repository, path))
    .join('\n');
  const names = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1] ?? '');
  const ports = ['PORT', 'HTTP_PORT', 'APP_PORT', 'SERVER_PORT', 'API_PORT'];
  return ports.find((name) => names.includes(name)) ?? null;
}
