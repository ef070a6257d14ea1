/** What a guarded setting is about: how tests and linters run, or how coverage is counted. */
export type Guard = 'unit-tests' | 'test-coverage';

/** The part of a file that decides how the project is tested; null: the whole file. */
type Part = (text: string) => string;

/** Files that decide what is tested, and which part of them. Adding a tool is adding a row. */
const GUARDED: readonly { readonly files: RegExp; readonly about: Guard; readonly part?: Part }[] = [
  { files: /(?:^|\/)(?:\.nycrc|\.c8rc|\.coveragerc|codecov|\.codecov)(?:\.\w+)*$/, about: 'test-coverage' },
  {
    files:
      /(?:^|\/)(?:jest|vitest|vite|ava|playwright|karma|wdio|stryker)[\w.-]*\.config\.\w+$|(?:^|\/)(?:jest-e2e|\.mocharc|\.taprc|\.jestrc)[\w.]*$/,
    about: 'unit-tests',
  },
  { files: /(?:^|\/)(?:pytest|tox)\.ini$/, about: 'unit-tests' },
  {
    files: /(?:^|\/)conftest\.py$/,
    about: 'unit-tests',
    part: linesWith(
      /collect_ignore|pytest_collection_modifyitems|deselect|pytest\.skip|add_marker|pytest_ignore_collect/,
    ),
  },
  {
    files:
      /(?:^|\/)(?:eslint\.config\.\w+|\.eslintrc[\w.]*|\.eslintignore|biome\.jsonc?|\.?ruff\.toml|\.flake8|\.pylintrc|pylintrc|mypy\.ini|checkstyle[\w.-]*\.xml|pmd[\w.-]*\.xml|spotbugs[\w.-]*\.xml|suppressions?\.xml|\.prettierrc[\w.]*|\.prettierignore)$/,
    about: 'unit-tests',
  },
  { files: /(?:^|\/)package\.json$/, about: 'unit-tests', part: packagePart },
  { files: /(?:^|\/)coordinator\.config\.jsonc?$/, about: 'unit-tests', part: coordinatorPart },
  {
    files: /(?:^|\/)pyproject\.toml$/,
    about: 'unit-tests',
    part: sections(/^\[+tool\.(?:pytest|coverage|ruff|flake8|pylint|mypy|tox|bandit|black|isort)\b/),
  },
  {
    files: /(?:^|\/)setup\.cfg$/,
    about: 'unit-tests',
    part: sections(/^\[(?:tool:pytest|coverage|flake8|mypy|pylint|tox|isort)/),
  },
  { files: /(?:^|\/)pom\.xml$/, about: 'unit-tests', part: pomPart },
  {
    files: /(?:^|\/)build\.gradle(?:\.kts)?$/,
    about: 'unit-tests',
    part: linesWith(/\btest\b|jacoco|checkstyle|spotbugs|minimum|exclude|enabled\s*=|ignoreFailures/i),
  },
];

/** The guarded part of a file; null where nothing of it is guarded. */
export function guardedPartOf(
  path: string,
  text: string,
): { readonly about: Guard; readonly text: string } | null {
  const row = GUARDED.find(({ files }) => files.test(path));
  return row === undefined ? null : { about: row.about, text: row.part?.(text) ?? text };
}

export function isGuarded(path: string): boolean {
  return GUARDED.some(({ files }) => files.test(path));
}

function linesWith(pattern: RegExp): Part {
  return (text) =>
    text
      .split('\n')
      .filter((line) => pattern.test(line))
      .join('\n');
}

function sections(header: RegExp): Part {
  return (text) => {
    let inside = false;
    return text
      .split('\n')
      .filter((line) => {
        if (/^\s*\[/.test(line)) inside = header.test(line.trim());
        return inside;
      })
      .join('\n');
  };
}

/** Plug-ins and properties of Maven that decide what is tested. */
function pomPart(text: string): string {
  const plugins = (text.match(/<plugin>[\s\S]*?<\/plugin>/g) ?? []).filter((plugin) =>
    /surefire|failsafe|jacoco|checkstyle|spotbugs|pmd|spotless/.test(plugin),
  );
  const properties =
    text.match(
      /<(?:skip\w*|maven\.test\.\w+|jacoco\.[\w.]+|checkstyle\.[\w.]+|surefire\.[\w.]+|testFailureIgnore)>[^<]*<\/[\w.]+>/g,
    ) ?? [];
  // Versions may change freely.
  return [...plugins, ...properties].join('\n').replace(/<version>[^<]*<\/version>/g, '');
}

function packagePart(text: string): string {
  const manifest = parse(text);
  if (manifest === null) return text;
  const scripts = Object.entries(asObject(manifest['scripts'])).filter(
    ([name, value]) =>
      /test|lint|cover|check|verify|^ci\b|spec|e2e/.test(name) ||
      /jest|vitest|mocha|ava|tap|c8|nyc|eslint|node --test/.test(String(value)),
  );
  const blocks = [
    'jest',
    'c8',
    'nyc',
    'mocha',
    'ava',
    'tap',
    'vitest',
    'eslintConfig',
    'eslintIgnore',
    'prettier',
  ].flatMap((name) => (name in manifest ? [[name, manifest[name]] as const] : []));
  return JSON.stringify({ scripts: Object.fromEntries(scripts), ...Object.fromEntries(blocks) }, null, 1);
}

function coordinatorPart(text: string): string {
  const config = parse(text);
  if (config === null) return text;
  const services = Array.isArray(config['services']) ? config['services'].map(asObject) : [];
  const kept = ['test', 'coverage', 'coverageMin', 'lint', 'publicOps', 'sla', 'cors', 'corsOrigins'];
  const { waivers = [], ...gate } = asObject(config['gate']);
  const judged = {
    ...pick(config, kept),
    gate,
    services: services.map((service) => pick(service, ['name', ...kept])),
  };
  // One line each: a waiver less is no narrowing, see `narrowingLines`.
  const accepted = Array.isArray(waivers) ? waivers.map((waiver) => `waiver ${JSON.stringify(waiver)}`) : [];
  return [JSON.stringify(judged, null, 1), ...accepted].join('\n');
}

function pick(object: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in object ? [[name, object[name]] as const] : [])));
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** Words that leave something out, or lower what is asked. */
const NARROWING =
  /ignore|exclude|skip|omit|\bonly\b|deselect|not\s+\w+|threshold|fail[_-]?under|minimum|grep|name-?pattern|passWithNoTests|pass-with-no-tests|allow|disable|['"]off['"]|:\s*["']?0\b|--no-|max-warnings|\|\|\s*true|\|\|\s*exit\s+0|;\s*true\b|collectCoverage['"]?\s*:\s*false|check-coverage['"]?\s*[:=]\s*false|coverage['"]?\s*[:=]\s*false|testFailureIgnore|ignoreFailures|waivers?|exit\s+0|echo\b/i;
const LIMIT =
  /^["'\s]*[\w.<-]*(?:branches|functions|lines|statements|fail[_-]?under|minimum|coverageMin|threshold)[\w"'\s>]*[:=]?\s*["']?([\d.]+)/i;

/** A line that is gone, or that narrows what is tested; empty where the change only widens it. */
export function narrowingLines(
  before: string,
  after: string,
): { readonly gone: string[]; readonly added: string[] } {
  const [was, is] = [linesOf(before), linesOf(after)];
  const gone = withoutOnce(was, is);
  const added = withoutOnce(is, was);
  return {
    gone: gone.filter((line) => !line.startsWith('waiver ') && !added.some((other) => widens(line, other))),
    added: added.filter(
      (line) =>
        NARROWING.test(line) && !gone.some((other) => widens(other, line)) && !/^(?:#|\/\/|\*)/.test(line),
    ),
  };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''))
    .filter((line) => line !== '' && !/^(?:#|\/\/|\/\*|\*|<!--)/.test(line) && !/^[{}[\]()\s;]+$/.test(line));
}

function withoutOnce(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/** The new line says all the old one said and asks for no less: more files, a higher limit. */
function widens(before: string, after: string): boolean {
  const [limit, newLimit] = [LIMIT.exec(before)?.[1], LIMIT.exec(after)?.[1]];
  if (limit !== undefined && newLimit !== undefined)
    return Number(newLimit) >= Number(limit) && before.replace(limit, '') === after.replace(newLimit, '');
  const tokens = (line: string): string[] => line.match(/[^\s"',[\]{}]+/g) ?? [];
  const rest = [...tokens(after)];
  for (const token of tokens(before)) {
    const at = rest.indexOf(token);
    if (at === -1) return false;
    rest.splice(at, 1);
  }
  return (
    !NARROWING.test(rest.join(' ')) && !rest.some((token) => token.startsWith('!') || token.startsWith('-'))
  );
}
