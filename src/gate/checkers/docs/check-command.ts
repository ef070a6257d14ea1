import type { SourceFiles } from '../../facts/source-files';
import { readNodeManifest } from '../../recording/scripts';

/** Made by a build, so not in the repository. */
const BUILT = /^(?:\.\/)?(?:dist|build|out|target|\.next|bin|coverage)\//;
const NPM_OWN =
  /^(?:ci|i|install|audit|exec|init|publish|pack|prune|rebuild|update|outdated|version|view|config|cache|ls|list|link|pkg|help|add|remove|dlx|login|whoami|ping|dedupe)$/;
const PLACEHOLDER = /[<>{}$*]|\.\.\.|…/;

/** What a documented command needs that the repository does not have, as a sentence; null where nothing is missing. */
export async function missingFor(command: string, files: SourceFiles): Promise<string | null> {
  const [program = '', ...args] = command.split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ''));
  const words = args.filter((word) => !word.startsWith('-'));
  const has = (path: string): boolean =>
    PLACEHOLDER.test(path) ||
    path.startsWith('/') ||
    path.startsWith('~') ||
    BUILT.test(path) ||
    existsIn(files, path.replace(/^\.\//, ''));
  const after = (...flags: readonly string[]): string | undefined => {
    const at = args.findIndex((word) => flags.includes(word));
    return at === -1 ? undefined : args[at + 1];
  };
  switch (program) {
    case 'npm':
    case 'pnpm':
    case 'yarn':
      return missingScript(program, args, words, files);
    case 'node': {
      const script = words.find((word) => /\.[cm]?[jt]s$/.test(word));
      return script === undefined || has(script) ? null : `there is no ${script}`;
    }
    case 'python':
    case 'python3':
      return missingPython(args, files, has);
    case 'uvicorn':
    case 'gunicorn':
    case 'hypercorn':
      return missingApp(words, files);
    case 'pip':
    case 'pip3': {
      const list = after('-r', '--requirement');
      return list === undefined || has(list) ? null : `there is no ${list}`;
    }
    case 'docker':
    case 'podman':
    case 'docker-compose':
      return missingContainer(program, words, after, files, has);
    case 'java':
      return missingJar(after('-jar'), files);
    case 'mvn':
      return has('pom.xml') ? null : 'there is no pom.xml';
    case 'make':
      return missingTarget(words, files);
    case 'sh':
    case 'bash':
    case 'source': {
      const [script] = words;
      return script === undefined || args.includes('-c') || script.includes('activate') || has(script)
        ? null
        : `there is no ${script}`;
    }
    case 'cp': {
      const [from] = words;
      return from === undefined || !from.startsWith('.env') || has(from) ? null : `there is no ${from}`;
    }
    default:
      return /^\.{1,2}\//.test(program) && !has(program) ? `there is no ${program}` : null;
  }
}

async function missingScript(
  program: string,
  args: readonly string[],
  words: readonly string[],
  files: SourceFiles,
): Promise<string | null> {
  // Another folder's scripts, or a global tool.
  if (args.some((word) => /^(?:--prefix|-C|-w|--workspace|-g|--global|--filter|--cwd)\b/.test(word)))
    return null;
  const [first = '', second = ''] = words;
  if (first === 'ci' && program === 'npm') {
    return ['package-lock.json', 'npm-shrinkwrap.json'].some((path) => files.blobs.has(path))
      ? null
      : 'npm ci needs a package-lock.json, and there is none';
  }
  const runs = first === 'run' || first === 'run-script';
  const name = runs ? second : first;
  if (name === '' || PLACEHOLDER.test(name) || (!runs && NPM_OWN.test(name))) return null;
  const { scripts } = await readNodeManifest(files);
  const implied = name === 'start' && files.blobs.has('server.js');
  return scripts[name] !== undefined || implied ? null : `package.json has no script ${name}`;
}

async function missingPython(
  args: readonly string[],
  files: SourceFiles,
  has: (path: string) => boolean,
): Promise<string | null> {
  const at = args.indexOf('-m');
  const module = at === -1 ? undefined : args[at + 1];
  if (module === undefined) {
    const script = args.find((word) => word.endsWith('.py'));
    return script === undefined || has(script) ? null : `there is no ${script}`;
  }
  if (/^(?:uvicorn|gunicorn|hypercorn)$/.test(module)) {
    return missingApp(
      args.slice(at + 2).filter((word) => !word.startsWith('-')),
      files,
    );
  }
  const path = module.replaceAll('.', '/');
  const [top = ''] = path.split('/');
  const owned = files.paths.some(
    (name) => name.startsWith(`${top}/`) || name.startsWith(`src/${top}/`) || name === `${top}.py`,
  );
  // A module of a dependency.
  if (!owned) return null;
  const found = ['', 'src/'].some((root) =>
    [`${root}${path}.py`, `${root}${path}/__main__.py`, `${root}${path}/__init__.py`].some((name) =>
      files.blobs.has(name),
    ),
  );
  return found ? null : `there is no module ${module}`;
}

/** `app.main:create_app` of an ASGI or WSGI server. */
async function missingApp(words: readonly string[], files: SourceFiles): Promise<string | null> {
  const target = words.find((word) => /^[\w.]+:[\w.]+(?:\(\))?$/.test(word) && !/^[\d.]+:\d+$/.test(word));
  const [module, name] = target?.split(':') ?? [];
  if (module === undefined || name === undefined) return null;
  const path = module.replaceAll('.', '/');
  for (const file of [`${path}.py`, `${path}/__init__.py`, `src/${path}.py`, `src/${path}/__init__.py`]) {
    const text = await files.read(file);
    if (text === null) continue;
    const attribute = name.replace(/[.(].*$/, '');
    return new RegExp(`\\b${attribute}\\b`).test(text) ? null : `${file} has no ${attribute}`;
  }
  return `there is no module ${module}`;
}

function missingContainer(
  program: string,
  words: readonly string[],
  after: (...flags: readonly string[]) => string | undefined,
  files: SourceFiles,
  has: (path: string) => boolean,
): string | null {
  const [first = '', second = ''] = words;
  const file = after('-f', '--file');
  if (program === 'docker-compose' || first === 'compose') {
    if (file !== undefined) return has(file) ? null : `there is no ${file}`;
    return files.paths.some((path) => /^(?:docker-)?compose\.ya?ml$/.test(path))
      ? null
      : 'there is no compose file';
  }
  if (first !== 'build' && !(first === 'buildx' && second === 'build')) return null;
  if (file !== undefined) return has(file) ? null : `there is no ${file}`;
  const context = words.at(-1) ?? '.';
  if (PLACEHOLDER.test(context) || /^https?:/.test(context)) return null;
  const dockerfile =
    context === '.' || words.length < 2 ? 'Dockerfile' : `${context.replace(/^\.\/|\/$/g, '')}/Dockerfile`;
  return has(dockerfile) || has('Containerfile') ? null : `there is no ${dockerfile}`;
}

/** The jar's name against the pom's artifact and version. */
async function missingJar(jar: string | undefined, files: SourceFiles): Promise<string | null> {
  const name = jar?.split('/').at(-1);
  const pom = await files.read('pom.xml');
  if (name === undefined || pom === null || PLACEHOLDER.test(name)) return null;
  const own = pom
    .replace(/<parent>[\s\S]*?<\/parent>/, '')
    .replace(/<(?:dependencies|build|profiles)>[\s\S]*/, '');
  const value = (tag: string): string | undefined =>
    new RegExp(`<${tag}>([^<$]+)</${tag}>`).exec(own)?.[1]?.trim();
  const [artifact, version] = [value('artifactId'), value('version')];
  if (artifact === undefined || version === undefined || pom.includes('<finalName>')) return null;
  return name === `${artifact}-${version}.jar`
    ? null
    : `the build makes ${artifact}-${version}.jar, not ${name}`;
}

async function missingTarget(words: readonly string[], files: SourceFiles): Promise<string | null> {
  const text = (await files.read('Makefile')) ?? (await files.read('makefile'));
  if (text === null) return 'there is no Makefile';
  const target = words.find((word) => /^[\w-]+$/.test(word));
  return target === undefined || new RegExp(`^(?:[\\w-]+ )*${target}(?: [\\w-]+)*\\s*:`, 'm').test(text)
    ? null
    : `the Makefile has no target ${target}`;
}

function existsIn(files: SourceFiles, path: string): boolean {
  const folder = `${path.replace(/\/$/, '')}/`;
  return files.blobs.has(path) || files.paths.some((name) => name.startsWith(folder));
}
