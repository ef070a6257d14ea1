import { atLeast, parseVersion } from '../../domain/target/engine-version';
import { type Artifact, artifactOf, isPlain, type WantedArtifact } from './coordinates';
import type { ResolvedProject } from './resolved-project';
import { child, childrenOf, textOf, type XmlElement } from './xml';

const PLUGIN_GROUP = 'org.apache.maven.plugins';
const PROVIDER_GROUP = 'org.apache.maven.surefire';
const RUNNERS = ['maven-surefire-plugin', 'maven-failsafe-plugin'];
/** Maven 3 itself adds it to every plugin that does not name it, when the plugin is run and not when it is resolved. */
const ADDED_BY_MAVEN: Artifact = {
  groupId: 'org.codehaus.plexus',
  artifactId: 'plexus-utils',
  version: '1.1',
};

/** No build asks for it: the gate measures coverage with it. Its agent comes with it. */
export const COVERAGE_PLUGIN: Artifact = {
  groupId: 'org.jacoco',
  artifactId: 'jacoco-maven-plugin',
  version: '0.8.13',
};

/**
 * Artifacts a build needs beyond what Maven's resolving goals see, in sets that are resolved together: the provider
 * that Surefire picks while it runs, dependencies a pom gives to plugins, annotation processors, build extensions.
 * @param poms the project's and its parents', nearest first
 */
export function extraArtifacts(
  poms: readonly XmlElement[],
  coreExtensions: XmlElement | null,
  resolved: ResolvedProject,
): readonly (readonly WantedArtifact[])[] {
  const resolve = createResolver(poms);
  const builds = poms.flatMap(buildsOf);
  const plugins = builds.flatMap((build) => [
    ...childrenOf(build, 'plugins', 'plugin'),
    ...childrenOf(child(build, 'pluginManagement'), 'plugins', 'plugin'),
  ]);
  const extensions = [
    ...builds.flatMap((build) => childrenOf(build, 'extensions', 'extension')),
    ...(coreExtensions?.children ?? []),
  ];
  const sets = [
    ...extensions.map((element) => [artifactOf(element, resolve)]),
    ...plugins.map((plugin) => withItsDependencies(plugin, resolved, resolve)),
    ...builds.flatMap((build) =>
      descendants(build, 'annotationProcessorPaths').map((paths) =>
        paths.children.map((path) => versioned(path, resolved.dependencies, resolve)),
      ),
    ),
    ...testProviders(resolved).map((artifact) => [artifact]),
    ...(resolved.plugins.some(({ artifactId }) => RUNNERS.includes(artifactId)) ? [[COVERAGE_PLUGIN]] : []),
    [ADDED_BY_MAVEN],
  ];
  return sets
    .map((set) => set.filter((artifact) => artifact !== null).filter(isPlain))
    .filter((set) => set.length > 0);
}

/** A plugin in use to which a pom gives dependencies: their versions are decided together. */
function withItsDependencies(
  plugin: XmlElement,
  resolved: ResolvedProject,
  resolve: (text: string) => string,
): (Artifact | null)[] {
  const given = childrenOf(plugin, 'dependencies', 'dependency');
  const groupId = resolve(textOf(plugin, 'groupId') ?? PLUGIN_GROUP);
  const artifactId = textOf(plugin, 'artifactId');
  const used = resolved.plugins.find((row) => row.groupId === groupId && row.artifactId === artifactId);
  if (given.length === 0 || used === undefined) return [];
  return [used, ...given.map((element) => artifactOf(element, resolve))];
}

/** Coordinates whose version may be left to that of a dependency. */
function versioned(
  element: XmlElement,
  dependencies: readonly Artifact[],
  resolve: (text: string) => string,
): Artifact | null {
  const artifact = artifactOf(element, resolve);
  if (artifact !== null) return artifact;
  const [groupId, artifactId] = [textOf(element, 'groupId'), textOf(element, 'artifactId')];
  return dependencies.find((row) => row.groupId === groupId && row.artifactId === artifactId) ?? null;
}

/** What Surefire and Failsafe fetch when they see which framework the tests are written for. */
function testProviders({ plugins, dependencies }: ResolvedProject): Artifact[] {
  const has = (groupId: string): boolean => dependencies.some((row) => row.groupId === groupId);
  const platform = dependencies.find(
    (row) =>
      row.groupId === 'org.junit.platform' && /^junit-platform-(?:engine|commons)$/.test(row.artifactId),
  );
  const jupiter = dependencies.find((row) => row.groupId === 'org.junit.jupiter');
  return plugins
    .filter((row) => row.groupId === PLUGIN_GROUP && RUNNERS.includes(row.artifactId))
    .flatMap(({ version }) => {
      const provider = (artifactId: string): Artifact => ({ groupId: PROVIDER_GROUP, artifactId, version });
      const knowsPlatform = atLeast(parseVersion(version), [2, 22]);
      return [
        ...(platform !== undefined && knowsPlatform
          ? [provider('surefire-junit-platform'), { ...platform, artifactId: 'junit-platform-launcher' }]
          : []),
        ...(jupiter !== undefined && knowsPlatform
          ? [{ ...jupiter, artifactId: 'junit-jupiter-engine' }]
          : []),
        ...(has('junit') ? [provider('surefire-junit4'), provider('surefire-junit47')] : []),
        ...(has('org.testng') ? [provider('surefire-testng')] : []),
        ...(dependencies.length === 0 ? [provider('surefire-junit3')] : []),
      ];
    });
}

function buildsOf(pom: XmlElement): XmlElement[] {
  const profiles = childrenOf(pom, 'profiles', 'profile');
  return [pom, ...profiles].flatMap((element) => child(element, 'build') ?? []);
}

function descendants(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((inner) => [
    ...(inner.name === name ? [inner] : []),
    ...descendants(inner, name),
  ]);
}

const DEEPEST_REFERENCE = 10;

/** Resolves `${name}` by the properties of the poms, nearest first; what is unknown stays. */
function createResolver(poms: readonly XmlElement[]): (text: string) => string {
  const [project] = poms;
  const parent = child(project, 'parent');
  const built = new Map<string, string | null>(
    ['groupId', 'version'].flatMap((name) => [
      [`project.${name}`, textOf(project, name) ?? textOf(parent, name)] as const,
      [`project.parent.${name}`, textOf(parent, name)] as const,
    ]),
  );
  const valueOf = (name: string): string | null =>
    poms.map((pom) => textOf(child(pom, 'properties'), name)).find((value) => value !== null) ??
    built.get(name) ??
    null;
  const resolve = (text: string, depth: number): string =>
    text.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => {
      const value = depth < DEEPEST_REFERENCE ? valueOf(name) : null;
      return value === null ? whole : resolve(value, depth + 1);
    });
  return (text) => resolve(text, 0);
}
