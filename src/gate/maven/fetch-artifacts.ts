import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WantedArtifact } from './coordinates';
import { type MavenSetting, runMaven } from './maven-command';
import { escapeXml } from './xml';

/** Only resolves; the newest that Maven 3.6.3 to 4 can run. Named by version, so no pom decides what runs. */
export const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

const EVERYTHING =
  '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';

/**
 * Downloads sets of artifacts into the local repository, each resolved by itself as Maven does: one module a set, in
 * a single run.
 */
export async function fetchArtifacts(
  maven: MavenSetting,
  sets: readonly (readonly WantedArtifact[])[],
  place: { readonly folder: string; readonly signal: AbortSignal; readonly lenient: boolean },
): Promise<void> {
  if (sets.length === 0) return;
  const folder = await mkdtemp(join(place.folder, 'fetch-'));
  try {
    const names = sets.map((_, index) => `set-${String(index)}`);
    const modules = names.map((name) => `<module>${name}</module>`).join('');
    await writeFile(join(folder, 'pom.xml'), pom('all', `<modules>${modules}</modules>`));
    for (const [index, set] of sets.entries()) {
      const name = names[index] ?? '';
      await mkdir(join(folder, name));
      const dependencies = `<dependencies>${set.map(dependency).join('')}</dependencies>`;
      await writeFile(join(folder, name, 'pom.xml'), pom(name, dependencies));
    }
    const { signal, lenient } = place;
    await runMaven(maven, { folder, args: [`${DEPENDENCY_PLUGIN}:resolve`], signal, lenient });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pom(name: string, content: string): string {
  return `<project><modelVersion>4.0.0</modelVersion><groupId>fetch</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging>${content}</project>\n`;
}

function dependency({ groupId, artifactId, version, type = 'jar', alone = false }: WantedArtifact): string {
  const fields = Object.entries({ groupId, artifactId, version, type })
    .map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
    .join('');
  return `<dependency>${fields}${alone ? EVERYTHING : ''}</dependency>`;
}
