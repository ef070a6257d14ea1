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

/** What Maven or Gradle files tell; null when there are none. Dependencies are not installed for Java. */
export function surveyJava(repository: RepositoryFiles): StackFacts | null {
  const manifest = firstOf(repository, ['pom.xml', 'build.gradle', 'build.gradle.kts']);
  if (manifest === null) return null;
  const text = repository.read(manifest) ?? '';
  const isMaven = manifest === 'pom.xml';
  const dependencies = isMaven
    ? namesIn(text, /<artifactId>\s*([^<\s]+)\s*<\/artifactId>/g)
    : namesIn(text, /["'][\w.-]+:([\w.-]+)(?::[^"']*)?["']/g);
  const tool = isMaven
    ? [firstOf(repository, ['mvnw']) === null ? 'mvn' : './mvnw', '-B']
    : [firstOf(repository, ['gradlew']) === null ? 'gradle' : './gradlew', '--no-daemon'];
  return {
    stack: 'java',
    // The parent's artifact comes first in a pom.
    name: isMaven
      ? (/<artifactId>\s*([^<\s]+)/.exec(text.replace(/<parent>[\s\S]*?<\/parent>/, ''))?.[1] ?? null)
      : null,
    framework: frameworkOf(FRAMEWORKS, dependencies),
    packageManager: isMaven ? 'maven' : 'gradle',
    install: null,
    build: null,
    test: [...tool, 'test'],
    lint: null,
    database: databaseOf(DRIVERS, dependencies),
    manifests: [manifest],
    notes: ['Java dependencies are not fetched here; checks have no network'],
    dependencies,
  };
}

function namesIn(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...text.matchAll(pattern)].map((match) => (match[1] ?? '').toLowerCase()));
}
