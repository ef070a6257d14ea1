// Pure: needs no server, no Temporal, no PostgreSQL, no Python.
import { insertRequirement } from '../../src/gate/pip/insert-requirement';
import { checkPythonPackage } from '../../src/gate/pip/add-requirement';
import { pyprojectRequirements } from '../../src/gate/pip/pyproject';
import { readRequirements, type Requirements } from '../../src/gate/pip/requirements-file';
import { containing } from './support';

function read(contents: Record<string, string>, ...files: string[]): Promise<Requirements> {
  const names = files.length === 0 ? ['requirements.txt'] : files;
  return readRequirements(names, (path) => Promise.resolve(contents[path] ?? null));
}
const one = (line: string): Promise<Requirements> => read({ 'requirements.txt': line });

describe('requirements files', () => {
  test.each([
    ['httpx==0.28.1', 'httpx==0.28.1'],
    ['uvicorn[standard] >= 0.30, < 1', 'uvicorn[standard]>=0.30,<1'],
    ['a', 'a'],
    ['a (>=1)', 'a>=1'],
    ["tomli==2.0.1 ; python_version < '3.11'", "tomli==2.0.1 ; python_version < '3.11'"],
    ['a==1 # why', 'a==1'],
    [`a==1 \\\n    --hash=sha256:${'a'.repeat(64)}`, `a==1 --hash=sha256:${'a'.repeat(64)}`],
  ])('%j is a package of the registry', async (line, expected) => {
    expect((await one(line)).wanted).toEqual([expected]);
  });

  test.each([
    ['-e .'],
    ['.'],
    ['./vendor/a'],
    ['git+https://host/a.git'],
    ['a @ https://host/a.whl'],
    ['a @ file:///etc'],
    ['https://host/a.tar.gz'],
    ['--index-url https://host/simple'],
    ['--extra-index-url https://host/simple'],
    ['-i https://host/simple'],
    ['--find-links /tmp'],
    ['--trusted-host host'],
    ['--no-binary :all:'],
    ['a==1 --global-option=x'],
    ['a==1 --config-settings x=y'],
    ['a==${SECRET}'],
    ['-r ../outside.txt'],
    ['-r /etc/passwd'],
    ['-r missing.txt'],
    ['-c ../outside.txt'],
  ])('%j is refused before pip is asked', async (line) => {
    await expect(one(line)).rejects.toMatchObject({ name: 'Gate.BootstrapRefused', why: 'broken' });
  });

  test('files include each other once, constraints stay apart', async () => {
    const files = {
      'requirements.txt': 'a==1\n-r requirements-dev.txt\n',
      'requirements-dev.txt':
        '--requirement=requirements.txt\n--prefer-binary\n--pre\nb==2\n-c limits/c.txt\n',
      'limits/c.txt': 'c<3\n-r more.txt\n',
      'limits/more.txt': 'd<4\n',
    };
    expect(await read(files)).toEqual({
      wanted: ['a==1', 'b==2'],
      constraints: ['c<3', 'd<4'],
      options: ['--pre'],
    });
  });

  test('a line made to be slow is refused at once', async () => {
    await expect(one('a'.repeat(100_000) + '!')).rejects.toMatchObject({ why: 'broken' });
  });
});

describe('pyproject.toml', () => {
  test('the project, its extras for development and its groups count, others do not', () => {
    const content = {
      project: {
        name: 'My_Shop',
        dependencies: ['a==1'],
        'optional-dependencies': { dev: ['my-shop[test]', 'b==2'], test: ['c==3'], docs: ['sphinx'] },
      },
      'dependency-groups': { dev: [{ 'include-group': 'lint' }], lint: ['d==4'], docs: ['mkdocs'] },
    };
    expect(pyprojectRequirements(content)).toEqual(['a==1', 'c==3', 'b==2', 'd==4']);
  });

  test('dependencies that only a build would tell are not installed here', () => {
    expect(() => pyprojectRequirements({ project: { dynamic: ['dependencies'] } })).toThrow(
      expect.objectContaining({ why: 'unsupported' }),
    );
  });

  test('a package from elsewhere and a wrong shape are refused', () => {
    expect(() => pyprojectRequirements({ project: { dependencies: ['a @ git+https://host/a'] } })).toThrow(
      expect.objectContaining({ why: 'broken', message: containing('a @ git+https') }),
    );
    expect(() => pyprojectRequirements({ project: { dependencies: 'a' } })).toThrow(
      expect.objectContaining({ why: 'broken', message: containing('project.dependencies') }),
    );
  });
});

describe('one requirement more', () => {
  const insert = (text: string, file = 'requirements.txt'): string =>
    insertRequirement(file, text, 'httpx', '0.28.1');

  test('comes last, and every other line stays', () => {
    expect(insert('# ours\na==1  # why\n')).toBe('# ours\na==1  # why\nhttpx==0.28.1\n');
    expect(insert('a==1')).toBe('a==1\nhttpx==0.28.1\n');
    expect(insert('')).toBe('httpx==0.28.1\n');
  });

  test('replaces another version, with extras, marker and comment kept', () => {
    expect(insert("HTTPX[http2]>=0.2,<1 ; python_version > '3' # why\nb==2\n")).toBe(
      "HTTPX[http2]==0.28.1 ; python_version > '3' # why\nb==2\n",
    );
  });

  test('is not put among hashes', () => {
    expect(() => insert('a==1 --hash=sha256:00\n')).toThrow(expect.objectContaining({ why: 'unsupported' }));
  });

  test.each([
    [
      '[project]\nname = "x"\ndependencies = [\n    "a==1",\n]\n[tool.x]\ndependencies = ["no"]\n',
      '[project]\nname = "x"\ndependencies = [\n    "a==1",\n    "httpx==0.28.1",\n]\n[tool.x]\ndependencies = ["no"]\n',
    ],
    [
      '[project]\ndependencies = [\n  "a==1" # last\n]\n',
      '[project]\ndependencies = [\n  "a==1", # last\n  "httpx==0.28.1",\n]\n',
    ],
    [
      '[project]\ndependencies = [\n  "a==1",\n  # no "httpx==1" yet\n]\n',
      '[project]\ndependencies = [\n  "a==1",\n  # no "httpx==1" yet\n  "httpx==0.28.1",\n]\n',
    ],
    ['[project]\ndependencies = ["a==1"]\n', '[project]\ndependencies = ["a==1", "httpx==0.28.1"]\n'],
    ['[project]\ndependencies = []\n', '[project]\ndependencies = ["httpx==0.28.1"]\n'],
    [
      "[project]\ndependencies = ['httpx>=0.2', 'b']\n",
      '[project]\ndependencies = ["httpx==0.28.1", \'b\']\n',
    ],
  ])('in pyproject.toml it joins the list of the project', (before, after) => {
    expect(insert(before, 'pyproject.toml')).toBe(after);
  });

  test.each([
    '[project]\nname = "x"\n',
    '[project]\ndependencies = ["a[b]==1"]\n',
    '[tool.x]\ndependencies = []\n',
  ])('where it would have to be guessed, nothing is changed: %j', (text) => {
    expect(() => insert(text, 'pyproject.toml')).toThrow(expect.objectContaining({ why: 'unsupported' }));
  });

  test.each([
    ['--index-url=x', '1.0'],
    ['a b', '1.0'],
    ['a[b]', '1.0'],
    ['../a', '1.0'],
    ['a @ x', '1.0'],
    ['a', '>=1'],
    ['a', '1.*'],
    ['a', 'latest'],
    ['a', '1.0 --pre'],
    ['a', ''],
  ])('%j at %j is no package by exact version', (name, version) => {
    expect(() => {
      checkPythonPackage(name, version);
    }).toThrow(expect.objectContaining({ name: 'Gate.BootstrapRefused' }));
  });
});
