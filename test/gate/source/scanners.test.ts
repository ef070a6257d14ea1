// Needs git; gitleaks and bandit on the PATH for one test each (skipped without).
import { spawnSync } from 'node:child_process';
import { BANDIT_CHECKER } from '../../../src/gate/checkers/source/adapters/bandit';
import { GITLEAKS_CHECKER } from '../../../src/gate/checkers/source/adapters/gitleaks';
import { answersOf } from '../../../src/gate/run-checker';
import { createRepository, type Repository } from './support';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

test('a scanner that is not on the machine says so by a rule, and decides nothing', async () => {
  repository.commit({ 'app/a.py': 'x = 1\n' });
  const inspection = repository.inspect({ searchPath: '' });
  for (const checker of [GITLEAKS_CHECKER, BANDIT_CHECKER]) {
    const answers = await answersOf(checker, inspection);
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(checker.subjects.map(() => 'not-applicable'));
  }
});

(has('gitleaks') ? test : test.skip)(
  'gitleaks finds a key although the target allows everything',
  async () => {
    const key = ['ghp_', 'k8Jd02LsmQpXz91VbNcTyRw45HgFaE7uIoP3'].join('');
    repository.commit({
      'src/a.js': `const k = '${key}';\n`,
      '.gitleaks.toml': '[allowlist]\npaths = [".*"]\n',
    });
    const answers = await answersOf(GITLEAKS_CHECKER, repository.inspect());
    expect(answers[0]?.outcome).toMatchObject({
      kind: 'ran-found',
      findings: [{ file: 'src/a.js', line: 1 }],
    });
    expect(JSON.stringify(answers)).not.toContain(key.slice(8));
    repository.commit({ 'src/a.js': 'const k = process.env.KEY;\n' });
    expect((await answersOf(GITLEAKS_CHECKER, repository.inspect()))[0]?.outcome.kind).toBe('ran-clean');
  },
);

(has('bandit') ? test : test.skip)(
  'bandit finds a query with a value inside quotes, and not one of constants',
  async () => {
    repository.commit({
      'app/a.py': 'def f(cur, name):\n    cur.execute(f"select * from t where a = \'{name}\'")\n',
    });
    const found = await answersOf(BANDIT_CHECKER, repository.inspect());
    expect(found.map(({ outcome }) => outcome.kind)).toEqual(['ran-found', 'ran-clean', 'ran-clean']);
    repository.commit({
      'app/a.py': 'C = "a"\ndef f(cur, name):\n    cur.execute(f"select {C} from t where a = %s", (name,))\n',
    });
    const clean = await answersOf(BANDIT_CHECKER, repository.inspect());
    expect(clean[0]?.outcome.kind).toBe('ran-clean');
  },
);
