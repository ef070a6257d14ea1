// Needs git; spotbugs and a JDK on the PATH (skipped without).
import { spawnSync } from 'node:child_process';
import type { Answer } from '../../../src/gate/checker';
import { SPOTBUGS_CHECKER } from '../../../src/gate/checkers/source/adapters/spotbugs';
import { answersOf } from '../../../src/gate/run-checker';
import { createSandbox, probeSandbox } from '../../../src/sandbox/sandbox';
import { containing } from '../support';
import { createRepository, type Repository } from './support';

const starts = (program: string, flag: string): boolean => spawnSync(program, [flag]).status === 0;
const onMachine = starts('spotbugs', '-version') && starts('javac', '-version') ? test : test.skip;

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

const PATH = 'src/main/java/com/example/Planted.java';
const java = (body: string): string =>
  `package com.example;\nimport java.sql.*;\nimport java.io.*;\npublic class Planted {\n${body}\n}\n`;
const INJECTION = `  ResultSet find(Connection c, String name) throws SQLException {
    return c.createStatement().executeQuery("select * from t where n = '" + name + "'");
  }`;

async function ask(
  files: Record<string, string>,
  survey: { readonly build?: string[] | null } = {},
): Promise<readonly Answer[]> {
  repository.commit({ 'pom.xml': '<project/>\n', ...files });
  const build = ['javac', '-g', '-d', 'target/classes', PATH];
  const sandbox = createSandbox(await probeSandbox({ PATH: process.env['PATH'] ?? '' }));
  return answersOf(
    SPOTBUGS_CHECKER,
    repository.inspect({ survey: { stack: 'java', build, ...survey }, setting: { sandbox } }),
  );
}

const keysOf = (answers: readonly Answer[], subject: string): string[] =>
  answers.flatMap(({ subject: of, outcome }) =>
    of === subject && outcome.kind === 'ran-found' ? (outcome.findings ?? []).map(({ key }) => key) : [],
  );

onMachine(
  'finds a query with a value in it and a swallowed failure in the classes of the build',
  async () => {
    const answers = await ask({
      [PATH]: java(
        `${INJECTION}\n  void touch(String p) { try { new File(p).createNewFile(); } catch (IOException e) { } }`,
      ),
    });
    expect(keysOf(answers, 'sql-injection')).toContainEqual(
      containing(`spotbugs-SQL_NONCONSTANT_STRING_PASSED_TO_EXECUTE:${PATH}:`),
    );
    expect(keysOf(answers, 'error-handling')).toContainEqual(containing('spotbugs-DE_MIGHT_IGNORE'));
    expect(answers[0]?.by).toMatchObject({ name: 'spotbugs', version: expect.any(String) as unknown });
  },
);

onMachine('passes a query with parameters, and what was caught for a reason', async () => {
  const answers = await ask({
    [PATH]: java(`  int count(Connection c, String name) throws SQLException {
    try (PreparedStatement s = c.prepareStatement("select count(*) from t where n = ?")) {
      s.setString(1, name);
      try (ResultSet r = s.executeQuery()) { return r.next() ? r.getInt(1) : 0; }
    }
  }
  boolean touch(String p) {
    try {
      return new File(p).createNewFile();
    } catch (IOException e) {
      // Whoever cannot write here sees it at the next request.
    }
    return false;
  }`),
  });
  expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['ran-clean', 'ran-clean']);
});

onMachine('does not apply without Java, and cannot tell of what is not built', async () => {
  const kinds = async (...asked: Parameters<typeof ask>): Promise<string[]> =>
    (await ask(...asked)).map(({ outcome }) => outcome.kind);
  expect(await kinds({ 'src/a.py': 'a = 1\n' })).toEqual(['not-applicable', 'not-applicable']);
  expect(await kinds({ [PATH]: java('') }, { build: null })).toEqual(['could-not-run', 'could-not-run']);
  expect(await kinds({ [PATH]: 'no Java' })).toEqual(['could-not-run', 'could-not-run']);
});
