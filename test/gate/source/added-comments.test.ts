// Needs git. No server, no Temporal, no PostgreSQL.
import { listAddedComments } from '../../../src/gate/checkers/source/added-comments';
import { createRepository, type Repository } from './support';

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

test('comments in added lines are listed, those that were there are not; lines that follow each other are one', async () => {
  const base = repository.commit({ 'src/a.js': '// old\nconst a = 1;\n', 'src/A.java': 'class A {}\n' });
  repository.commit({
    'src/a.js': '// old\nconst a = 1;\n// first\n// second\nconst b = "// none"; // third\n',
    'src/A.java': '/** Why. */\nclass A {}\n',
    'app/a.py': '# reason\nx = 1\n',
    'README.md': '// no source\n',
  });
  const inspection = repository.inspect({ base });
  expect(await listAddedComments(await inspection.changes(), await inspection.files())).toEqual([
    { file: 'app/a.py', from: 1, to: 1, text: '# reason' },
    { file: 'src/A.java', from: 1, to: 1, text: '/** Why. */' },
    { file: 'src/a.js', from: 3, to: 5, text: '// first\n// second\n// third' },
  ]);
});
