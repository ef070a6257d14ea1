// Pure: needs no server, no Temporal, no PostgreSQL, no Maven.
import { isPlain, pomPath } from '../../src/gate/maven/coordinates';
import { extraArtifacts } from '../../src/gate/maven/extra-artifacts';
import { checkMavenPackage, insertDependency } from '../../src/gate/maven/insert-dependency';
import { reducePom } from '../../src/gate/maven/reduce-pom';
import { parseResolved } from '../../src/gate/maven/resolved-project';
import { child, parseXml, XmlError } from '../../src/gate/maven/xml';

const project = (content: string): string =>
  `<?xml version="1.0"?>\n<project>\n  <modelVersion>4.0.0</modelVersion>\n  <artifactId>a</artifactId>\n${content}</project>\n`;
const reduced = (content: string): string => reducePom(parseXml(project(content)), null);

describe('reading XML', () => {
  test('elements know their text and where they stand', () => {
    const source = '<!-- <a> --><a x="1>2"><b>1 &lt; 2 &#38; 3<![CDATA[<c>]]></b><b/></a>';
    const root = parseXml(source);
    const [first, second] = root.children;
    expect(first?.text).toBe('1 < 2 & 3<c>');
    expect(source.slice(first?.start, first?.end)).toBe('<b>1 &lt; 2 &#38; 3<![CDATA[<c>]]></b>');
    expect(second).toMatchObject({ text: '', children: [] });
  });

  test.each([
    ['<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['<a>&x;</a>'],
    ['<a>&</a>'],
    ['<a>&#0;</a>'],
    ['<a><b></a></b>'],
    ['<a>'],
    ['<a/><b/>'],
    ['text'],
    [''],
    ['<a x=1/>'],
    ['<a>'.repeat(200) + '</a>'.repeat(200)],
  ])('%j is refused', (source) => {
    expect(() => parseXml(source)).toThrow(XmlError);
  });
});

describe('what Maven gets to see of a pom outside the sandbox', () => {
  test('names, versions and properties, and nothing that runs or loads anything', () => {
    const text = reduced(`
      <properties><guava.version>33.3.1-jre</guava.version><leak>\${env.SECRET}</leak></properties>
      <repositories><repository><url>http://host/</url></repository></repositories>
      <pluginRepositories><pluginRepository><url>http://host/</url></pluginRepository></pluginRepositories>
      <dependencies><dependency><groupId>g</groupId><artifactId>lib</artifactId><version>1</version>
        <exclusions><exclusion><groupId>*</groupId><artifactId>x</artifactId></exclusion></exclusions></dependency>
        <dependency><groupId>g</groupId><artifactId>local</artifactId><version>1</version><scope>system</scope>
        <systemPath>/etc/passwd</systemPath></dependency></dependencies>
      <build><extensions><extension><groupId>g</groupId><artifactId>evil</artifactId></extension></extensions>
      <plugins><plugin><groupId>org.codehaus.mojo</groupId><artifactId>exec-maven-plugin</artifactId>
        <version>3.5.0</version><extensions>true</extensions>
        <executions><execution><phase>validate</phase></execution></executions>
        <configuration><executable>sh</executable></configuration>
        <dependencies><dependency><artifactId>injected</artifactId></dependency></dependencies>
      </plugin></plugins></build>`);
    expect(text).toContain('<artifactId>lib</artifactId><version>1</version><exclusions>');
    expect(text).toContain(
      '<artifactId>exec-maven-plugin</artifactId><version>3.5.0</version><extensions>false</extensions></plugin>',
    );
    expect(text).toContain('<guava.version>33.3.1-jre</guava.version>');
    expect(text).not.toMatch(/host|evil|local|passwd|execution|configuration|injected|SECRET|\btrue\b/);
    expect(parseXml(text).name).toBe('project');
  });

  test('a parent is taken from beside it, not from where the pom says', () => {
    const parent = '<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>';
    const text = reducePom(parseXml(project(parent)), '../pom-1/pom.xml');
    expect(text).toContain('<version>1</version><relativePath>../pom-1/pom.xml</relativePath></parent>');
  });

  test('text of the target stays text', () => {
    expect(reduced('<name>x</name><version>&lt;build&gt;</version>')).toContain(
      '<version>&lt;build&gt;</version>',
    );
  });

  test.each([
    ['<modules><module>a</module></modules>', 'unsupported'],
    ['<packaging>bundle</packaging>', 'unsupported'],
    ['<version>${env.SECRET}</version>', 'broken'],
  ])('%s is refused', (content, why) => {
    expect(() => reduced(content)).toThrow(expect.objectContaining({ why }));
  });

  test.each([
    [{ groupId: 'a.b', artifactId: 'c', version: '1.0' }, true],
    [{ groupId: '..', artifactId: 'c', version: '1' }, false],
    [{ groupId: 'a/b', artifactId: 'c', version: '1' }, false],
    [{ groupId: 'a', artifactId: 'c', version: '../1' }, false],
    [{ groupId: 'a', artifactId: 'c', version: '${x}' }, false],
    [{ groupId: 'a', artifactId: 'c', version: '[1,2)' }, false],
  ])('%j as coordinates that become a path: %s', (artifact, plain) => {
    expect(isPlain(artifact)).toBe(plain);
  });

  test('a pom lies where local repositories keep it', () => {
    expect(pomPath({ groupId: 'org.a', artifactId: 'b', version: '1' })).toBe('org/a/b/1/b-1.pom');
  });
});

/** Maven 3 gives it to plugins that do not name it. */
const MEASURES_COVERAGE = ['jacoco-maven-plugin 0.8.13'];
const ADDED_BY_MAVEN = ['plexus-utils 1.1'];

describe('what Maven would pick only while it runs', () => {
  const SUREFIRE = {
    groupId: 'org.apache.maven.plugins',
    artifactId: 'maven-surefire-plugin',
    version: '3.2.5',
  };
  const names = (content: string, resolved: Parameters<typeof extraArtifacts>[2]): string[][] =>
    extraArtifacts([parseXml(project(content))], null, resolved).map((set) =>
      set.map(({ artifactId, version }) => `${artifactId} ${version}`),
    );

  test('the output of its goals is read, classifiers and module names aside', () => {
    const output =
      '\u001b[0m\nThe following plugins have been resolved:\n   org.a:b-plugin:maven-plugin:1.2\n      org.a:inner:jar:9\n\n' +
      'The following files have been resolved:\n   g:lib:jar:1.0:compile -- module lib\n   g:lib:jar:linux:2.0:test\n   none\n';
    expect(parseResolved(output)).toEqual({
      plugins: [{ groupId: 'org.a', artifactId: 'b-plugin', version: '1.2' }],
      dependencies: [
        { groupId: 'g', artifactId: 'lib', version: '1.0' },
        { groupId: 'g', artifactId: 'lib', version: '2.0' },
      ],
    });
  });

  test('JUnit 5 needs its provider at the version of Surefire, and launcher and engine at its own', () => {
    const dependencies = [
      { groupId: 'org.junit.jupiter', artifactId: 'junit-jupiter-api', version: '5.10.5' },
      { groupId: 'org.junit.platform', artifactId: 'junit-platform-commons', version: '1.10.5' },
    ];
    expect(names('', { plugins: [SUREFIRE], dependencies })).toEqual([
      ['surefire-junit-platform 3.2.5'],
      ['junit-platform-launcher 1.10.5'],
      ['junit-jupiter-engine 5.10.5'],
      MEASURES_COVERAGE,
      ADDED_BY_MAVEN,
    ]);
  });

  test('an old Surefire does not know JUnit 5; JUnit 4 and TestNG have providers of their own', () => {
    const dependencies = [
      { groupId: 'org.junit.platform', artifactId: 'junit-platform-engine', version: '1.10.5' },
      { groupId: 'junit', artifactId: 'junit', version: '4.13.2' },
      { groupId: 'org.testng', artifactId: 'testng', version: '7.10.2' },
    ];
    const old = { ...SUREFIRE, version: '2.12.4' };
    expect(names('', { plugins: [old], dependencies })).toEqual([
      ['surefire-junit4 2.12.4'],
      ['surefire-junit47 2.12.4'],
      ['surefire-testng 2.12.4'],
      MEASURES_COVERAGE,
      ADDED_BY_MAVEN,
    ]);
  });

  test('dependencies of plugins, annotation processors and extensions are found, their properties resolved', () => {
    const content = `<properties><v>\${w}</v><w>10.20.1</w></properties><build>
      <extensions><extension><groupId>g</groupId><artifactId>wagon</artifactId><version>2</version></extension></extensions>
      <plugins>
      <plugin><artifactId>maven-checkstyle-plugin</artifactId><dependencies><dependency><groupId>g</groupId>
      <artifactId>checkstyle</artifactId><version>\${v}</version></dependency></dependencies></plugin>
      <plugin><artifactId>unused-plugin</artifactId><dependencies><dependency><groupId>g</groupId>
      <artifactId>no</artifactId><version>1</version></dependency></dependencies></plugin>
      <plugin><artifactId>maven-compiler-plugin</artifactId><configuration><annotationProcessorPaths>
      <path><groupId>g</groupId><artifactId>mapstruct-processor</artifactId><version>1.6.3</version></path>
      <path><groupId>g</groupId><artifactId>lombok</artifactId></path>
      <path><groupId>g</groupId><artifactId>odd</artifactId><version>\${nowhere}</version></path>
      </annotationProcessorPaths></configuration></plugin></plugins></build>`;
    const plugins = [{ ...SUREFIRE, artifactId: 'maven-checkstyle-plugin', version: '3.6.0' }];
    const dependencies = [{ groupId: 'g', artifactId: 'lombok', version: '1.18.36' }];
    expect(names(content, { plugins, dependencies })).toEqual([
      ['wagon 2'],
      ['maven-checkstyle-plugin 3.6.0', 'checkstyle 10.20.1'],
      ['mapstruct-processor 1.6.3', 'lombok 1.18.36'],
      ADDED_BY_MAVEN,
    ]);
  });
});

describe('one dependency more', () => {
  const GUAVA = { groupId: 'com.google.guava', artifactId: 'guava', version: '33.3.1-jre' };
  const insert = (text: string): string => insertDependency(text, GUAVA);

  test('comes last, indented as the others, and nothing else changes', () => {
    const before = project(
      '    <!-- ours -->\n\t<dependencies>\n\t\t<dependency>\n\t\t  <groupId>g</groupId><artifactId>b</artifactId>\n\t\t</dependency>\n\n\t</dependencies>\n',
    );
    const after = insert(before);
    expect(after).toContain('\t\t</dependency>\n\t\t<dependency>\n');
    expect(after).toContain('<artifactId>guava</artifactId>\n');
    const added = /\n\t\t<dependency>\n[^\n]*com\.google[\s\S]*?<\/dependency>/.exec(after)?.[0] ?? '';
    expect(after.replace(added, '')).toBe(before);
  });

  test('replaces another version of the same, and gives a managed one a version', () => {
    const list = (version: string): string =>
      project(
        `  <dependencies>\n    <dependency>\n      <groupId>com.google.guava</groupId>\n      <artifactId>guava</artifactId>${version}\n      <scope>test</scope>\n    </dependency>\n  </dependencies>\n`,
      );
    const wanted = list('\n      <version>33.3.1-jre</version>');
    expect(insert(list('\n      <version>1</version>'))).toBe(wanted);
    expect(insert(list(''))).toBe(wanted);
  });

  test.each([
    ['no list yet', project('  <build>\n  </build>\n')],
    ['nothing behind', project('')],
    ['an empty list', project('  <dependencies>\n  </dependencies>\n')],
    ['a closed list', project('  <dependencies/>\n')],
    [
      'one managed',
      project('  <dependencyManagement><dependencies></dependencies></dependencyManagement>\n'),
    ],
  ])('makes the list of the project where there is none: %s', (_, before) => {
    const list = child(parseXml(insert(before)), 'dependencies');
    expect(list?.children).toHaveLength(1);
    expect(list?.children[0]?.children.map(({ text }) => text)).toEqual(Object.values(GUAVA));
  });

  test.each([
    ['guava', '33.3.1-jre'],
    ['a:b:c', '1'],
    ['a:../b', '1'],
    ['a:b</artifactId>', '1'],
    ['${a}:b', '1'],
    ['a:b', '[1,2)'],
    ['a:b', 'LATEST'],
    ['a:b', '1-SNAPSHOT'],
    ['a:b', '${v}'],
    ['a:b', ''],
  ])('%j at %j is refused', (name, version) => {
    expect(() => checkMavenPackage(name, version)).toThrow(
      expect.objectContaining({ name: 'Gate.BootstrapRefused' }),
    );
  });
});
