/** A route as a source file registers it; what stands before its path is not always known. */
export interface CodeRoute {
  /** Upper case; null where the route serves any method. */
  readonly method: string | null;
  /** Beginning with a slash, or '' for the place it is mounted at; every parameter is `{}`. */
  readonly suffix: string;
  readonly file: string;
  readonly line: number;
}

const LARGEST = 512 * 1024;
/** Names that Java packages have, too, count as the first folder only. */
const NOT_SERVED =
  /^(?:examples?|scripts?|bench|dist|build|target|public|static|clients?|frontend|web|ui|docs?)\/|(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|e2e|mocks?|fixtures?|node_modules|vendor|\.?venv)\/|[._](?:test|spec|e2e|stories|d)\.[a-z]+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|Tests?\.(?:java|kt)$/i;

/** Whether a file may register routes of the service itself. */
export function mayServe(path: string): boolean {
  return /\.(?:[cm]?[jt]s|py|java|kt)$/.test(path) && !NOT_SERVED.test(path);
}

/** The routes a source file registers with literal paths: Express, Fastify, Koa, Hono, NestJS, FastAPI, Flask, Spring. */
export function routesOf(file: string, source: string): CodeRoute[] {
  if (source.length > LARGEST) return [];
  const text = withoutComments(source);
  const found = file.endsWith('.py')
    ? pythonRoutes(text)
    : /\.(?:java|kt)$/.test(file)
      ? springRoutes(text)
      : scriptRoutes(text);
  return found
    .filter(({ path }) => !/[*()[\]$]|\.\.\./.test(path.replace(/\([^()]*\)/g, '')))
    .flatMap(({ method, path, offset }) =>
      spellings(path).map((suffix) => ({ method, suffix, file, line: lineAt(text, offset) })),
    );
}

interface Found {
  readonly method: string | null;
  readonly path: string;
  readonly offset: number;
}

/** Comment lines become empty, so that lines keep their numbers. */
function withoutComments(source: string): string {
  return source.replace(/^[ \t]*(?:\/\/|\/?\*|#).*$/gm, '');
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

const QUOTED = String.raw`(['"\x60])([^'"\x60\n$]{0,200})`;
const REGISTERED = new RegExp(
  String.raw`\b(?:app|server|fastify|scope|routes?|\w*[rR]outer|\w+Routes|\w+App)\s*\.(get|post|put|patch|delete)(?:<[^>()]{0,200}>)?\(\s*${QUOTED}\2\s*,`,
  'g',
);
const CHAINED = new RegExp(String.raw`\.route\(\s*${QUOTED}\1\s*\)\s*\.(get|post|put|patch|delete)\(`, 'g');
const ROUTE_OBJECT = /\.route\(\s*\{([^{}]{0,400})/g;
const NEST = /@(Get|Post|Put|Patch|Delete)\(\s*(?:(['"`])([^'"`\n$]{0,200})\2)?\s*\)/g;
const NEST_PREFIX = /@Controller\(\s*(?:\{[^{}]{0,200}path\s*:\s*)?(['"`])([^'"`\n$]{0,200})\1/g;

function scriptRoutes(text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(REGISTERED)) {
    const [, method = '', , path = ''] = match;
    if (path === '' || path.startsWith('/')) found.push({ method, path, offset: match.index });
  }
  for (const match of text.matchAll(CHAINED)) {
    const [, , path = '', method = ''] = match;
    found.push({ method, path, offset: match.index });
  }
  for (const match of text.matchAll(ROUTE_OBJECT)) {
    const method = /\bmethod\s*:\s*['"](\w+)['"]/.exec(match[1] ?? '')?.[1];
    const path = /\b(?:url|path)\s*:\s*['"]([^'"\n]{0,200})['"]/.exec(match[1] ?? '')?.[1];
    if (method !== undefined && path !== undefined) found.push({ method, path, offset: match.index });
  }
  if (text.includes('@Controller(')) {
    const prefix = only([...text.matchAll(NEST_PREFIX)].map((match) => match[2] ?? ''));
    for (const match of text.matchAll(NEST)) {
      const [, method = '', , path = ''] = match;
      found.push({ method, path: join(prefix, path), offset: match.index });
    }
  }
  return found;
}

const DECORATED =
  /^[ \t]*@\w+(?:\.\w+)?\.(get|post|put|patch|delete|route)\(\s*(?:path\s*=\s*|rule\s*=\s*)?(['"])([^'"\n{]{0,200}(?:\{[^'"\n{}]{0,80}\}[^'"\n{]{0,200})*)\2([^\n]{0,300})/gm;
const ROUTER_PREFIX =
  /\b(?:APIRouter|Blueprint)\((?:[^()]{0,300}?)\b(?:url_)?prefix\s*=\s*(['"])([^'"\n{]{0,200})\1/g;

function pythonRoutes(text: string): Found[] {
  const prefix = only([...text.matchAll(ROUTER_PREFIX)].map((match) => match[2] ?? ''));
  return [...text.matchAll(DECORATED)].flatMap((match) => {
    const [, verb = '', , path = '', rest = ''] = match;
    if (
      /include_in_schema\s*=\s*False/.test(
        text.slice(match.index, match.index + 500).split('\ndef ')[0] ?? '',
      )
    )
      return [];
    const methods =
      verb === 'route'
        ? [...(/methods\s*=\s*[[(]([^\])]*)/.exec(rest)?.[1] ?? "'GET'").matchAll(/\w+/g)].map(String)
        : [verb];
    return methods.map((method) => ({ method, path: join(prefix, path), offset: match.index }));
  });
}

const MAPPED = /@(Get|Post|Put|Patch|Delete)Mapping\b(?:\(([^()]{0,300})\))?/g;
const CLASS_PREFIX =
  /@RequestMapping\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*"([^"\n]{0,200})"[^()]{0,200}\)\s*(?:@[\w.]+(?:\([^()]{0,200}\))?\s*){0,10}(?:public\s+|final\s+|open\s+|abstract\s+)*class\b/g;

function springRoutes(text: string): Found[] {
  if (!/@RestController\b|@ResponseBody\b/.test(text)) return [];
  const prefix = only([...text.matchAll(CLASS_PREFIX)].map((match) => match[1] ?? ''));
  return [...text.matchAll(MAPPED)].flatMap((match) => {
    const [, method = '', args = ''] = match;
    const named = args.replace(
      /\b(?:produces|consumes|headers|params|name)\s*=\s*(?:\{[^{}]*\}|"[^"]*"|[\w.]+)/g,
      '',
    );
    // A constant may be anything.
    if (/[A-Za-z]/.test(named.replace(/"[^"]*"/g, '').replace(/\b(?:value|path)\b/g, ''))) return [];
    const paths = [...named.matchAll(/"([^"\n]{0,200})"/g)].map((quoted) => quoted[1] ?? '');
    return (paths.length === 0 ? [''] : paths).map((path) => ({
      method,
      path: join(prefix, path),
      offset: match.index,
    }));
  });
}

/** The one prefix of a file; '' where there is none, or more than one. */
function only(prefixes: readonly string[]): string {
  return prefixes.length === 1 ? (prefixes[0] ?? '') : '';
}

function join(prefix: string, path: string): string {
  return [prefix, path]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
}

/** A path with `{}` for its parameters; an optional last parameter gives two. */
function spellings(path: string): string[] {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) =>
      segment
        .replace(/^:\w+(?:\([^()]*\))?\?$/, '?')
        .replace(/:\w+(?:\([^()]*\))?/g, '{}')
        .replace(/<[^<>]*>|\{[^{}]*\}/g, '{}'),
    );
  const whole = (list: readonly string[]): string => list.map((segment) => `/${segment}`).join('');
  return segments.at(-1) === '?'
    ? [whole(segments.slice(0, -1)), `${whole(segments.slice(0, -1))}/{}`]
    : [whole(segments)];
}
