/** What a source file is for, as far as its path tells; null: of no interest to rules. */
export type Role = 'service' | 'program' | 'test';

const LEFT_OUT =
  /(?:^|\/)(?:node_modules|bower_components|vendored|third[_-]party|dist|\.venv|venv|site-packages|__pycache__|target\/(?:classes|generated-sources)|\.next|__generated__|generated|migrations?|alembic|db\/migrate|db\/changelog)\/|\.min\.[cm]?js$|\.(?:generated|gen|pb)\.[a-z]+$|_pb2(?:_grpc)?\.py$|^(?!src\/|app\/)(?:[\w-]+\/)?vendor\//i;
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|e2e|testing|fixtures|cypress|testdata|test-utils)\/|[._-](?:test|spec|e2e-spec|it-spec)\.[a-z]+$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest|tests)\.py$|(?:Tests?|IT|TestCase|Spec)\.java$|(?:^|\/)(?:settings|config)\/(?:test|testing|ci)\.[a-z]+$|(?:^|\/)(?:jest|vitest|playwright|cypress)\.[\w.]+$/;
const PROGRAMS =
  /^(?:examples?|samples?)\/|(?:^|\/)(?:\.[\w-]+|front-?end|webapp|public|scripts?|bin|tools?|cli|bench|benchmarks?|seeds?|seeders?|management\/commands|docs?|config\/webpack)\/|(?:^|\/)(?:seed|migrate|cli|manage|setup|gulpfile|Gruntfile|knexfile|[\w.-]+\.config|\.eslintrc|conf|noxfile|fabfile)\.[a-z]+$|\.[jt]sx$/i;

/** Packages are named as they like there: `com/example/…`. */
const MAIN_SOURCES = /(?:^|\/)src\/main\/(?:java|kotlin|resources)\//;

/** Role of a source file; migrations, vendored, generated and minified files have none. */
export function roleOf(path: string): Role | null {
  if (LEFT_OUT.test(path)) return null;
  if (isMainSource(path)) return 'service';
  if (TESTS.test(path)) return 'test';
  return PROGRAMS.test(path) ? 'program' : 'service';
}

/** Long lines all over: written by a program. */
export function isMinified(text: string): boolean {
  return text.length > 5000 && text.length / (text.split('\n').length + 1) > 300;
}

/** Whether a path is in the main sources of a Maven or Gradle project. */
export function isMainSource(path: string): boolean {
  return MAIN_SOURCES.test(path);
}
