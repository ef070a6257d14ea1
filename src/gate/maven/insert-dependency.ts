import { BootstrapRefused } from '../bootstrap-refused';
import { parseProjectFile } from './install-project';
import { child, childrenOf, textOf, type XmlElement } from './xml';

const PART = /^[A-Za-z0-9_][\w.-]*$/;
const VERSION = /^[0-9A-Za-z][\w.+-]*$/;

/** `groupId:artifactId` by exact version. @throws BootstrapRefused for anything else */
export function checkMavenPackage(
  name: string,
  version: string,
): { readonly groupId: string; readonly artifactId: string } {
  const [groupId = '', artifactId = '', ...rest] = name.split(':');
  if (name.length > 214 || rest.length > 0 || !PART.test(groupId) || !PART.test(artifactId)) {
    throw new BootstrapRefused(
      `${JSON.stringify(name.slice(0, 214))} is no groupId:artifactId; give one such as com.google.guava:guava.`,
      'broken',
    );
  }
  if (version.length > 100 || !VERSION.test(version) || /^(?:LATEST|RELEASE)$|SNAPSHOT$/i.test(version)) {
    throw new BootstrapRefused(
      `${JSON.stringify(version.slice(0, 100))} is no exact version; give a released one such as 33.3.1-jre.`,
      'broken',
    );
  }
  return { groupId, artifactId };
}

/** The text of a pom with one dependency more, or another version of one it has; all else stays as it is. */
export function insertDependency(
  text: string,
  wanted: { readonly groupId: string; readonly artifactId: string; readonly version: string },
): string {
  const project = parseProjectFile('pom.xml', text);
  const list = child(project, 'dependencies');
  const existing = childrenOf(project, 'dependencies', 'dependency').find(
    (row) =>
      textOf(row, 'groupId') === wanted.groupId &&
      textOf(row, 'artifactId') === wanted.artifactId &&
      textOf(row, 'classifier') === null &&
      ['jar', null].includes(textOf(row, 'type')),
  );
  if (existing !== undefined) return withVersion(text, existing, wanted.version);
  const sibling = list?.children.at(-1);
  const unit = indentUnit(text, project);
  const level = sibling === undefined ? unit.repeat(2) : indentOf(text, sibling);
  const inner = level + unit;
  const fields = Object.entries(wanted).map(([name, value]) => `${inner}<${name}>${value}</${name}>`);
  const entry = [`${level}<dependency>`, ...fields, `${level}</dependency>`].join('\n');
  if (list !== undefined && sibling !== undefined) return insert(text, sibling.end, `\n${entry}`);
  if (list !== undefined) {
    const around = `${unit}<dependencies>\n${entry}\n${unit}</dependencies>`.trimStart();
    return text.slice(0, list.start) + around + text.slice(list.end);
  }
  const before = child(project, 'build') ?? child(project, 'profiles');
  const block = `${unit}<dependencies>\n${entry}\n${unit}</dependencies>\n`;
  const at = before === undefined ? project.innerEnd : lineStart(text, before.start);
  const isOnLine = at === 0 || text[at - 1] === '\n';
  return insert(text, at, isOnLine ? block : `\n${block}`);
}

function withVersion(text: string, dependency: XmlElement, version: string): string {
  const old = child(dependency, 'version');
  if (old !== undefined) {
    return `${text.slice(0, old.start)}<version>${version}</version>${text.slice(old.end)}`;
  }
  const after = child(dependency, 'artifactId') ?? dependency;
  return insert(text, after.end, `\n${indentOf(text, after)}<version>${version}</version>`);
}

function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** White space before an element on its line. */
function indentOf(text: string, element: XmlElement): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, element.start)))?.[0] ?? '';
}

/** One level of indentation: what the project's children have. */
function indentUnit(text: string, project: XmlElement): string {
  const [first] = project.children;
  const unit = first === undefined ? '' : indentOf(text, first);
  return unit === '' ? '  ' : unit;
}
