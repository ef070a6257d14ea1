// Needs git.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotTell, type Answer } from '../../../src/gate/checker';
import { SPOTBUGS_CHECKER } from '../../../src/gate/checkers/source/adapters/spotbugs';
import { BUG_PATTERNS, includeFilter } from '../../../src/gate/checkers/source/adapters/spotbugs-patterns';
import { judgeBugs, readReport } from '../../../src/gate/checkers/source/adapters/spotbugs-report';
import { answersOf } from '../../../src/gate/run-checker';
import { createRepository, type Repository } from './support';

const RECORDED = readFileSync(join(__dirname, '../../fixtures/scanners/spotbugs.sarif.json'), 'utf8');

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

const PATH = 'src/main/java/com/example/Planted.java';
const keysOf = (answers: readonly Answer[], subject: string): string[] =>
  answers.flatMap(({ subject: of, outcome }) =>
    of === subject && outcome.kind === 'ran-found' ? (outcome.findings ?? []).map(({ key }) => key) : [],
  );

describe('a report of SpotBugs', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${String(index + 1)}`);
  const files = (text: string): Parameters<typeof judgeBugs>[1] => ({
    paths: [PATH],
    read: () => Promise.resolve(text),
  });

  test('names its version, the security plugin and what was found where', () => {
    const report = readReport(RECORDED);
    expect(report).toMatchObject({ version: '4.9.3', withSecurityPlugin: true, broke: false });
    expect(report.bugs).toContainEqual({
      pattern: 'SQL_INJECTION_JDBC',
      source: 'com/example/Planted.java',
      line: 7,
      where: 'com.example.Planted.find(Connection, String)',
      message: 'Potential JDBC Injection',
    });
  });

  test('becomes findings of two items, with keys that have no line numbers', async () => {
    const answers = await judgeBugs(readReport(RECORDED), files(lines.join('\n')));
    expect(keysOf(answers, 'sql-injection')).toEqual([
      `spotbugs-SQL_INJECTION_JDBC:${PATH}:line 7`,
      `spotbugs-SQL_INJECTION_JDBC:${PATH}:line 10`,
      `spotbugs-SQL_NONCONSTANT_STRING_PASSED_TO_EXECUTE:${PATH}:line 7`,
      `spotbugs-SQL_PREPARED_STATEMENT_GENERATED_FROM_NONCONSTANT_STRING:${PATH}:line 10`,
    ]);
    expect(keysOf(answers, 'error-handling')).toHaveLength(5);
  });

  test('is silent about a catch that says why it does nothing', async () => {
    const explained = lines.with(23, 'try { a(); } catch (IOException e) { /* made by another one */ }');
    const answers = await judgeBugs(readReport(RECORDED), files(explained.join('\n')));
    const ignored = keysOf(answers, 'error-handling').filter((key) => key.includes('DE_MIGHT_IGNORE'));
    expect(ignored).toEqual([`spotbugs-DE_MIGHT_IGNORE:${PATH}:line 27`]);
  });

  test('of sources that are not in the tree says nothing', async () => {
    const answers = await judgeBugs(readReport(RECORDED), {
      ...files(''),
      paths: ['src/main/java/Other.java'],
    });
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['ran-clean', 'ran-clean']);
  });

  test('that broke is no pass', async () => {
    const broken = RECORDED.replace('"exitCode": 1', '"exitCode": 5');
    const answers = await judgeBugs(readReport(broken), { ...files(''), paths: [] });
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['could-not-run', 'could-not-run']);
  });

  test.each(['', '{"runs":[]}', '<BugCollection/>'])('of another shape tells nothing: %s', (text) => {
    expect(() => readReport(text)).toThrow(CannotTell);
  });
});

test('every pattern is named once, and let through', () => {
  const ids = BUG_PATTERNS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(includeFilter()).toContain(`<Bug pattern="${id}"/>`);
});

test('without SpotBugs nothing is told, by a rule', async () => {
  repository.commit({ [PATH]: 'class Planted {}' });
  const answers = await answersOf(SPOTBUGS_CHECKER, repository.inspect({ searchPath: '' }));
  expect(answers.map(({ outcome }) => outcome)).toEqual(
    SPOTBUGS_CHECKER.subjects.map(
      () => expect.objectContaining({ rule: 'spotbugs-is-not-there' }) as unknown,
    ),
  );
});
