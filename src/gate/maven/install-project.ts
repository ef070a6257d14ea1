import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BootstrapRefused } from '../bootstrap-refused';
import { type Artifact, artifactOf, isPlain, pomPath } from './coordinates';
import { extraArtifacts } from './extra-artifacts';
import { DEPENDENCY_PLUGIN, fetchArtifacts } from './fetch-artifacts';
import { type MavenSetting, runMaven } from './maven-command';
import { reducePom } from './reduce-pom';
import { parseResolved, type ResolvedProject } from './resolved-project';
import { tidyRepository } from './tidy-repository';
import { child, parseXml, type XmlElement, XmlError } from './xml';

const MOST_PARENTS = 20;

/** The files of a checkout that decide what a Maven build needs. */
export interface MavenProject {
  readonly pom: XmlElement;
  /** `.mvn/extensions.xml`, loaded by Maven itself. */
  readonly coreExtensions: XmlElement | null;
}

/** Reads a project file. @throws BootstrapRefused where it is no XML */
export function parseProjectFile(name: string, text: string): XmlElement {
  try {
    return parseXml(text);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new BootstrapRefused(`${name} is not valid XML (${error.message}); correct it.`, 'broken', {
      cause: error,
    });
  }
}

/**
 * Brings everything a project's build and tests need into the local repository. Maven is never given the project: a
 * pom may bind programs to phases and load extensions. It gets reduced poms of the project and its parents, which
 * hold names and versions only, and a plugin of ours by exact version that resolves them. The project itself is built
 * in the sandbox, without network.
 */
export async function installProject(
  maven: MavenSetting,
  { pom, coreExtensions }: MavenProject,
  place: { readonly work: string; readonly signal: AbortSignal },
): Promise<void> {
  const { work, signal } = place;
  await mkdir(maven.repository, { recursive: true, mode: 0o755 });
  const folder = await mkdtemp(join(work, 'resolve-'));
  try {
    const parents = await fetchParents(maven, pom, { folder, signal });
    const resolved = await resolveProject(maven, [pom, ...parents], { folder, signal });
    const extras = extraArtifacts([pom, ...parents], coreExtensions, resolved);
    await fetchArtifacts(maven, extras, { folder, signal, lenient: true });
  } finally {
    await tidyRepository(maven.repository);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The parents of a pom, nearest first, from the registry. */
async function fetchParents(
  maven: MavenSetting,
  pom: XmlElement,
  place: { readonly folder: string; readonly signal: AbortSignal },
): Promise<XmlElement[]> {
  const parents: XmlElement[] = [];
  let wanted = parentOf(pom);
  while (wanted !== null) {
    if (parents.length >= MOST_PARENTS) throw broken('pom.xml has too many parents.');
    const file = join(maven.repository, pomPath(wanted));
    let text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) {
      // With a pom come its own parents.
      await fetchArtifacts(maven, [[{ ...wanted, type: 'pom', alone: true }]], { ...place, lenient: false });
      text = await readFile(file, 'utf8');
    }
    const parent = parseProjectFile(`the parent ${wanted.artifactId}`, text);
    parents.push(parent);
    wanted = parentOf(parent);
  }
  return parents;
}

function parentOf(pom: XmlElement): Artifact | null {
  const element = child(pom, 'parent');
  if (element === undefined) return null;
  const parent = artifactOf(element, (text) => text);
  if (parent === null || !isPlain(parent)) {
    throw broken('pom.xml names its parent without plain group, artifact and version; write them out.');
  }
  return parent;
}

/** Lets Maven resolve the plugins and dependencies of the project, and tells which they are. */
async function resolveProject(
  maven: MavenSetting,
  poms: readonly XmlElement[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<ResolvedProject> {
  const nameOf = (index: number): string => `pom-${String(index)}`;
  for (const [index, pom] of poms.entries()) {
    const next = index + 1 < poms.length ? `../${nameOf(index + 1)}/pom.xml` : null;
    await mkdir(join(folder, nameOf(index)));
    await writeFile(join(folder, nameOf(index), 'pom.xml'), reducePom(pom, next));
  }
  const output = join(folder, 'resolved.txt');
  const options = [`-DoutputFile=${output}`, '-DappendOutput=true', '-Dmdep.skip=false', '-Dsilent=false'];
  const goals = [`${DEPENDENCY_PLUGIN}:resolve-plugins`, `${DEPENDENCY_PLUGIN}:list`];
  await runMaven(maven, { folder: join(folder, nameOf(0)), args: [...goals, ...options], signal });
  return parseResolved(await readFile(output, 'utf8'));
}

function broken(message: string): BootstrapRefused {
  return new BootstrapRefused(message, 'broken');
}
