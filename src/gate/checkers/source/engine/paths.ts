/** What a source file is for, as far as its path tells; null: of no interest to rules. */
export type Role = 'service' | 'program' | 'test';

const LEFT_OUT =
  /(?:^|\/)(?:node_modules|bower_components|vendor|vendored|third[_-]party|dist|coverage|\.venv|venv|site-packages|__pycache__|target|\.next|__generated__|generated|migrations?|alembic|db\/migrate|db\/changelog)\/|\.min\.[cm]?js$|\.(?:generated|gen|pb)\.[a-z]+$|_pb2(?:_grpc)?\.py$/i;
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|e2e|testing|fixtures|cypress|testdata|test-utils)\/|[._-](?:test|spec|e2e-spec|it-spec)\.[a-z]+$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest|tests)\.py$|(?:Tests?|IT|TestCase|Spec)\.java$|(?:^|\/)(?:jest|vitest|playwright|cypress)\.[\w.]+$/;
const PROGRAMS =
  /(?:^|\/)(?:scripts?|bin|tools?|cli|commands?|bench|benchmarks?|examples?|seeds?|seeders?|management|tasks|docs?|config\/webpack)\/|(?:^|\/)(?:seed|migrate|cli|manage|setup|gulpfile|Gruntfile|knexfile|[\w.-]+\.config|\.eslintrc|conf|noxfile|fabfile)\.[a-z]+$/i;

/** Role of a source file; migrations, vendored, generated and minified files have none. */
export function roleOf(path: string): Role | null {
  if (LEFT_OUT.test(path)) return null;
  if (TESTS.test(path)) return 'test';
  return PROGRAMS.test(path) ? 'program' : 'service';
}

/** Long lines all over: written by a program. */
export function isMinified(text: string): boolean {
  return text.length > 5000 && text.length / (text.split('\n').length + 1) > 300;
}
