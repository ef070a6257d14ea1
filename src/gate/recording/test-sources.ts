import type { Survey } from '../../domain/target/survey';

const CODE: Readonly<Record<Survey['stack'], RegExp>> = {
  node: /\.[cm]?[jt]sx?$/,
  python: /\.py$/,
  java: /\.(?:java|kt)$/,
  unknown: /$^/,
};

const TEST =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|spec|specs|e2e|src\/test|fixtures|testing|test[-_][\w-]+)\/|(?:^|\/)(?:test_[^/]+|[^/]+_test|conftest|tests)\.py$|[._-](?:test|spec|e2e-spec|it)\.[cm]?[jt]sx?$|(?:^|\/)test\.[cm]?[jt]s$|(?:Tests?|IT)\.(?:java|kt)$/;

const NO_SOURCE =
  /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|docs?|examples?|bench(?:marks?)?|migrations?|alembic|versions|seeds?|seeders|scripts?|tools|vendor|typings|\.[^/]+)\/|\.d\.[cm]?ts$|(?:^|\/)[^/]+\.(?:config|conf|setup)\.[cm]?[jt]s$|(?:^|\/)\.[^/]+$|(?:^|\/)(?:setup|manage|gulpfile|Gruntfile|knexfile|noxfile|asgi|wsgi)\.[a-z]+$/;

const ROOTS = /^(?:src|lib|app|apps|server|api|services|packages|modules)\//;

/** Whether a file is part of the tests, by the customs of its stack. */
export function isTestFile(path: string): boolean {
  return TEST.test(path);
}

/** Whether a file holds tests itself, not only help for them. */
export function holdsTests(path: string): boolean {
  return (
    /[._-](?:test|spec|e2e-spec|it)\.[cm]?[jt]sx?$|(?:^|\/)(?:test_[^/]+|[^/]+_test|tests)\.py$|(?:Tests?|IT)\.(?:java|kt)$/.test(
      path,
    ) ||
    (/(?:^|\/)(?:tests?|__tests__)\/.*\.[cm]?[jt]sx?$/.test(path) &&
      !/\/(?:support|helpers?|utils?|fixtures|mocks|setup)\b/.test(path))
  );
}

/**
 * The sources that tests have to reach: code of the stack that is no test, migration, script or configuration; where
 * there are source folders, only what is in them.
 */
export function sourcesOf(paths: readonly string[], stack: Survey['stack']): string[] {
  const code = paths.filter((path) => CODE[stack].test(path) && !isTestFile(path));
  // A package may have any name: com.example, com.acme.tools.
  if (stack === 'java') return code.filter((path) => path.includes('src/main/'));
  const own = code.filter((path) => !NO_SOURCE.test(path));
  const rooted = own.filter((path) => ROOTS.test(path));
  return rooted.length > 0 ? rooted : own;
}

/** Lines that may be executed at all: no blank ones, no comments, no lone brackets, no imports. */
export function isCodeLine(text: string): boolean {
  const line = text.trim();
  return !/^(?:|\/\/.*|\/\*.*|\*.*|#.*|"""[^"]*(?:""")?|[\s()[\]{};,]*|import\b.*|from\s+\S+\s+import\b.*|package\b.*|export\s+(?:\*|\{[^}]*\})\s+from\b.*|@\w+|else:?|try:?|finally:?|\}\s*else\s*\{|try\s*\{|\}\s*finally\s*\{)$/.test(
    line,
  );
}
