import { firstOf, type RepositoryFiles } from './repository-files';
import { databaseOf, frameworkOf, type StackFacts } from './stack-facts';

const FRAMEWORKS = [
  ['spring-boot-starter-web', 'spring-boot'],
  ['spring-boot-starter-webmvc', 'spring-boot'],
  ['spring-boot-starter-webflux', 'spring-boot'],
  ['quarkus-rest', 'quarkus'],
  ['micronaut-http-server-netty', 'micronaut'],
] as const;

const DRIVERS = {
  postgres: ['postgresql', 'r2dbc-postgresql'],
  other: ['mysql-connector-j', 'mariadb-java-client', 'h2', 'mssql-jdbc', 'ojdbc11'],
};

/** Linters of poms: the plugin that gives one away, and its goal. */
const LINTERS = [
  ['maven-checkstyle-plugin', 'checkstyle:check'],
  ['spring-javaformat-maven-plugin', 'spring-javaformat:validate'],
  ['fmt-maven-plugin', 'fmt:check'],
] as const;

// Offline and without questions: checks have no network, everything was brought in before.
const MAVEN = ['mvn', '-B', '-o'];

/** What Maven or Gradle files tell; null when there are none. */
export function surveyJava(repository: RepositoryFiles): StackFacts | null {
  const manifest = firstOf(repository, ['pom.xml', 'build.gradle', 'build.gradle.kts']);
  if (manifest === null) return null;
  const text = repository.read(manifest) ?? '';
  const isMaven = manifest === 'pom.xml';
  const dependencies = isMaven
    ? namesIn(text, /<artifactId>\s*([^<\s]+)\s*<\/artifactId>/g)
    : namesIn(text, /["'][\w.-]+:([\w.-]+)(?::[^"']*)?["']/g);
  const linter = LINTERS.find(([plugin]) => dependencies.has(plugin));
  const notes = isMaven
    ? mavenNotes(repository, text)
    : ['dependencies are managed by gradle, which cannot be installed here yet'];
  const gradle = firstOf(repository, ['gradlew']) === null ? 'gradle' : './gradlew';
  return {
    stack: 'java',
    // The parent's artifact comes first in a pom.
    name: isMaven
      ? (/<artifactId>\s*([^<\s]+)/.exec(text.replace(/<parent>[\s\S]*?<\/parent>/, ''))?.[1] ?? null)
      : null,
    framework: frameworkOf(FRAMEWORKS, dependencies),
    packageManager: isMaven ? 'maven' : 'gradle',
    install: isMaven
      ? ['mvn', '-B', 'dependency:resolve-plugins', 'dependency:resolve']
      : [gradle, '--no-daemon', 'dependencies'],
    build: null,
    test: isMaven ? [...MAVEN, 'test'] : [gradle, '--no-daemon', 'test'],
    lint: isMaven && linter !== undefined ? [...MAVEN, linter[1]] : null,
    database: databaseOf(DRIVERS, dependencies),
    manifests: [manifest],
    engines: [
      { name: 'java', requires: isMaven ? requiredJava(text) : null },
      ...(isMaven ? [{ name: 'mvn' as const, requires: null }] : []),
    ],
    notes,
    dependencies,
  };
}

function mavenNotes(repository: RepositoryFiles, pom: string): string[] {
  return [
    ...(/<modules>\s*<module>/.test(pom) ? ['Maven modules cannot be installed here yet'] : []),
    ...(firstOf(repository, ['mvnw']) === null
      ? []
      : ['the Maven of this machine is used, not the wrapper, which would have to download one']),
  ];
}

/** The release the sources are for; `1.8` is how 8 was written. */
function requiredJava(pom: string): string | null {
  const release =
    /<(?:java\.version|maven\.compiler\.release|maven\.compiler\.source|release)>\s*(?:1\.)?(\d{1,3})\s*</.exec(
      pom,
    )?.[1];
  return release === undefined ? null : `>=${release}`;
}

function namesIn(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...text.matchAll(pattern)].map((match) => (match[1] ?? '').toLowerCase()));
}
