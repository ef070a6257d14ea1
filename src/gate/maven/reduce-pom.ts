import { BootstrapRefused } from '../bootstrap-refused';
import { child, childrenOf, escapeXml, textOf, type XmlElement } from './xml';

const PACKAGINGS = ['jar', 'war', 'pom', 'ejb', 'ear', 'rar', 'maven-plugin'];
const DEPENDENCY_FIELDS = ['groupId', 'artifactId', 'version', 'type', 'classifier', 'scope', 'optional'];
const COORDINATES = ['groupId', 'artifactId', 'version'];

/**
 * What of a pom decides which artifacts a build needs, as a pom of its own: coordinates, properties, dependencies,
 * and the names and versions of plugins. Left out is what makes Maven run or load something while it only resolves:
 * executions and configuration of plugins, their own dependencies, build extensions; and repositories, because
 * artifacts come from the user's registry only.
 * @param parentPath of the reduced parent, relative; null where there is none
 */
export function reducePom(project: XmlElement, parentPath: string | null): string {
  if (project.name !== 'project') throw broken('pom.xml has no <project>; correct it.');
  if (childrenOf(project, 'modules', 'module').length > 0) {
    throw new BootstrapRefused('Maven modules cannot be installed here yet.', 'unsupported');
  }
  const packaging = textOf(project, 'packaging') ?? 'jar';
  if (!PACKAGINGS.includes(packaging)) {
    throw new BootstrapRefused(
      `The packaging ${packaging.slice(0, 100)} needs a build extension, which cannot be installed here.`,
      'unsupported',
    );
  }
  const parent = child(project, 'parent');
  const parts = [
    tag('modelVersion', '4.0.0'),
    parent === undefined || parentPath === null
      ? ''
      : wrap('parent', fields(parent, COORDINATES) + tag('relativePath', parentPath)),
    fields(project, COORDINATES),
    tag('packaging', packaging),
    body(project),
    wrap('profiles', childrenOf(project, 'profiles', 'profile').map(profile).join('')),
  ];
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">${parts.join('')}</project>\n`;
}

function profile(element: XmlElement): string {
  return wrap('profile', fields(element, ['id']) + activation(element) + body(element));
}

// Files are not looked at: the checkout is not where this pom lies.
function activation(element: XmlElement): string {
  const found = child(element, 'activation');
  const property = child(found, 'property');
  const os = child(found, 'os');
  return wrap(
    'activation',
    (found === undefined ? '' : fields(found, ['activeByDefault', 'jdk'])) +
      (property === undefined ? '' : wrap('property', fields(property, ['name', 'value']))) +
      (os === undefined ? '' : wrap('os', fields(os, ['name', 'family', 'arch', 'version']))),
  );
}

/** What a project and its profiles have in common. */
function body(element: XmlElement): string {
  const build = child(element, 'build');
  const plugins = (from: XmlElement | undefined): string =>
    wrap('plugins', childrenOf(from, 'plugins', 'plugin').map(plugin).join(''));
  return [
    wrap('properties', (child(element, 'properties')?.children ?? []).map(property).join('')),
    wrap('dependencyManagement', dependencies(child(element, 'dependencyManagement'))),
    dependencies(element),
    wrap('build', wrap('pluginManagement', plugins(child(build, 'pluginManagement'))) + plugins(build)),
  ].join('');
}

// The environment of the install is not the target's to read, and parents may name what is in it.
function property(element: XmlElement): string {
  return element.children.length > 0 || element.text.includes('${env.')
    ? ''
    : tag(element.name, element.text);
}

function dependencies(element: XmlElement | undefined): string {
  const kept = childrenOf(element, 'dependencies', 'dependency').filter(
    // A file of the checkout; there is nothing to fetch.
    (dependency) => textOf(dependency, 'scope') !== 'system',
  );
  return wrap(
    'dependencies',
    kept
      .map((dependency) => {
        const exclusions = childrenOf(dependency, 'exclusions', 'exclusion');
        const excluded = exclusions.map((row) => wrap('exclusion', fields(row, ['groupId', 'artifactId'])));
        const content = fields(dependency, DEPENDENCY_FIELDS) + wrap('exclusions', excluded.join(''));
        return wrap('dependency', content);
      })
      .join(''),
  );
}

function plugin(element: XmlElement): string {
  // Said aloud, because a parent's management may say true.
  return wrap('plugin', fields(element, COORDINATES) + tag('extensions', 'false'));
}

function fields(element: XmlElement, names: readonly string[]): string {
  return names
    .map((name) => {
      const text = textOf(element, name);
      if (text?.includes('${env.') === true) {
        throw broken(`pom.xml takes a ${name} from the environment; write it out.`);
      }
      return text === null ? '' : tag(name, text);
    })
    .join('');
}

function tag(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function wrap(name: string, content: string): string {
  return content === '' ? '' : `<${name}>${content}</${name}>`;
}

function broken(message: string): BootstrapRefused {
  return new BootstrapRefused(message, 'broken');
}
