// Needs a JDK, Maven and the registry (skipped and counted without the first two); bubblewrap for the builds. No Temporal.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import type { Survey } from '../../src/domain/target/survey';
import { createEngines } from '../../src/engines/engines';
import { createBootstrap } from '../../src/gate/bootstrap';
import { createCheckRunner } from '../../src/gate/check-runner';
import type { Bootstrap } from '../../src/ports/gate';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { surveyFiles } from '../../src/survey/survey-files';
import { containing, createSetting, matching, writeFiles } from './support';

const runs = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const isReady =
  runs('javac', '-version') &&
  runs('mvn', '-version') &&
  runs('bwrap', '--unshare-user', '--ro-bind', '/', '/', 'true');
// A first build fetches half a hundred artifacts.
jest.setTimeout(600_000);
const signal = new AbortController().signal;
const environment = readEnvironment();

let base: string;
let store: string;
let bootstrap: Bootstrap;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'maven-installer-'));
  store = join(base, 'dependencies');
  mkdirSync(join(base, 'mirror.git'));
  bootstrap = createBootstrap({
    store,
    environment: environment.inherited,
    engines: createEngines({ path: environment.path, environment: environment.inherited }),
  });
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

const dependency = (groupId: string, artifactId: string, version: string): string =>
  `    <dependency>\n      <groupId>${groupId}</groupId>\n      <artifactId>${artifactId}</artifactId>\n      <version>${version}</version>\n      <scope>test</scope>\n    </dependency>\n`;
const plugin = (groupId: string, artifactId: string, version: string, rest = ''): string =>
  `<plugin><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version>${rest}</plugin>`;
const pom = (dependencies: string, plugins: string): string =>
  `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>tiny</artifactId>
  <version>1.0.0</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
${dependencies}  </dependencies>
  <build><plugins>${plugins}</plugins></build>
</project>
`;
const SUREFIRE = plugin('org.apache.maven.plugins', 'maven-surefire-plugin', '3.2.5');
const COMPILER = plugin('org.apache.maven.plugins', 'maven-compiler-plugin', '3.13.0');
const JUNIT = dependency('org.junit.jupiter', 'junit-jupiter', '5.11.4');

/** A project with one test, in a folder of its own. */
function makeProject(name: string, content: string): { readonly path: string; readonly survey: Survey } {
  const path = join(base, name);
  writeFiles(path, {
    'pom.xml': content,
    'src/main/java/tiny/Sum.java':
      'package tiny;\npublic class Sum { public static int of(int a, int b) { return a + b; } }\n',
    'src/test/java/tiny/SumTest.java':
      'package tiny;\nimport static org.junit.jupiter.api.Assertions.assertEquals;\nclass SumTest {\n' +
      '  @org.junit.jupiter.api.Test void adds() { assertEquals(3, Sum.of(1, 2)); }\n}\n',
  });
  const survey = surveyFiles({
    files: ['pom.xml'],
    read: (file) => (file === 'pom.xml' ? content : null),
  });
  return { path, survey };
}

async function check(
  { path, survey }: { readonly path: string; readonly survey: Survey },
  only: readonly ('test' | 'lint')[] = ['test'],
): Promise<{ readonly passed: boolean; readonly output: string }> {
  const sandbox = createSandbox(await probeSandbox({ PATH: environment.path }));
  const setting = createSetting(base, { sandbox, bootstrap, dependencyStore: store });
  return createCheckRunner(setting).runChecks({
    path,
    gitDir: join(base, 'mirror.git'),
    survey,
    only,
    signal,
  });
}

(isReady ? describe : describe.skip)('with Maven', () => {
  test('`mvn -o test` runs in the sandbox without network, from a repository it cannot write', async () => {
    const project = makeProject('plain', pom(JUNIT, SUREFIRE + COMPILER));
    await bootstrap.ensure({ ...project, signal });
    const installed = readdirSync(join(store, 'maven')).sort();
    expect(await check(project)).toEqual({ passed: true, output: containing('1 tests ran (surefire)') });
    // Nothing was installed again, nothing was written, nothing is left of the work.
    expect(readdirSync(join(store, 'maven')).sort()).toEqual(installed);
    expect(installed).toEqual([matching(/^[0-9a-f]{64}$/), 'repository']);
    const files = readdirSync(join(store, 'maven/repository'), { recursive: true }).map(String);
    expect(files.filter((file) => /_remote\.repositories|lastUpdated|example/.test(file))).toEqual([]);
  });

  test('a program the pom binds to a phase, and a build extension, only ever run in the sandbox', async () => {
    const outside = join(base, 'outside');
    mkdirSync(outside);
    const command = `echo ran > inside; echo ran > ${outside}/ran`;
    const exec = plugin(
      'org.codehaus.mojo',
      'exec-maven-plugin',
      '3.5.0',
      '<extensions>true</extensions><executions><execution><phase>initialize</phase><goals><goal>exec</goal></goals></execution></executions>' +
        `<configuration><executable>sh</executable><arguments><argument>-c</argument><argument>${command}</argument></arguments><successCodes><successCode>0</successCode><successCode>1</successCode><successCode>2</successCode></successCodes></configuration>`,
    );
    const project = makeProject('hostile', pom(JUNIT, SUREFIRE + COMPILER + exec));
    await bootstrap.ensure({ ...project, signal });
    expect(existsSync(join(project.path, 'inside'))).toBe(false);
    expect((await check(project)).passed).toBe(true);
    expect(existsSync(join(project.path, 'inside'))).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('dependencies a pom gives to a plugin are there when the linter runs', async () => {
    const rules =
      '<dependencies><dependency><groupId>com.puppycrawl.tools</groupId><artifactId>checkstyle</artifactId><version>10.20.1</version></dependency></dependencies>' +
      '<configuration><configLocation>checks.xml</configLocation></configuration>';
    const checkstyle = plugin('org.apache.maven.plugins', 'maven-checkstyle-plugin', '3.6.0', rules);
    const project = makeProject('linted', pom(JUNIT, SUREFIRE + COMPILER + checkstyle));
    const module =
      '<?xml version="1.0"?>\n<!DOCTYPE module PUBLIC "-//Checkstyle//DTD Checkstyle Configuration 1.3//EN" "https://checkstyle.org/dtds/configuration_1_3.dtd">\n<module name="Checker"><module name="FileLength"/></module>\n';
    writeFiles(project.path, { 'checks.xml': module });
    expect(project.survey.lint).toEqual(['mvn', '-B', '-o', 'checkstyle:check']);
    expect(await check(project, ['lint'])).toMatchObject({ passed: true });
  });

  test('a dependency is added to the pom, installed, and the next one that does not exist changes nothing', async () => {
    const project = makeProject('grows', pom(JUNIT, SUREFIRE + COMPILER));
    const add = { ...project, signal, name: 'org.apache.commons:commons-lang3', version: '3.17.0' };
    expect(await bootstrap.addDependency(add)).toEqual({ changedFiles: ['pom.xml'] });
    const text = readFileSync(join(project.path, 'pom.xml'), 'utf8');
    expect(text).toContain(
      '      <artifactId>commons-lang3</artifactId>\n      <version>3.17.0</version>\n    </dependency>\n  </dependencies>',
    );
    writeFiles(project.path, {
      'src/main/java/tiny/Words.java':
        'package tiny;\nclass Words { static String up(String s) { return org.apache.commons.lang3.StringUtils.capitalize(s); } }\n',
    });
    expect(await check(project)).toMatchObject({ passed: true });
    const missing = { ...add, name: 'org.apache.commons:commons-lang3', version: '99.0.0' };
    await expect(bootstrap.addDependency(missing)).rejects.toMatchObject({
      name: 'Gate.BootstrapRefused',
      why: 'broken',
      message: containing('commons-lang3'),
    });
    expect(readFileSync(join(project.path, 'pom.xml'), 'utf8')).toBe(text);
  });
});

test.each([
  ['<project', 'broken'],
  ['<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><project>&x;</project>', 'broken'],
  ['<project><modules><module>a</module></modules></project>', 'unsupported'],
])('a pom that cannot be used is refused before anything is fetched: %s', async (text, why) => {
  const path = mkdtempSync(join(base, 'broken-'));
  writeFiles(path, { 'pom.xml': text });
  const survey = { ...makeProject('other', '<project/>').survey };
  const engine = { version: '1', program: '/no/such/program', path: [], env: {}, readOnly: [] };
  const offline = createBootstrap({
    store: join(base, 'untouched'),
    environment: {},
    engines: { find: (name) => Promise.resolve({ kind: 'found', engine: { name, ...engine } }) },
  });
  await expect(offline.ensure({ path, survey, signal })).rejects.toMatchObject({ why });
  expect(existsSync(join(base, 'untouched'))).toBe(false);
});
