import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Dossier } from '../../../src/domain/work/dossier';
import { surveyTree } from '../../../src/survey/survey-tree';
import type { SampleRepository } from './sample-repository';

/** The repository as it is surveyed, for one objective of a playbook. */
export async function describeSample(
  repository: SampleRepository,
  { playbook, objective, scenario }: Readonly<Record<'playbook' | 'objective' | 'scenario', string>>,
): Promise<Dossier> {
  const entries = await readdir(repository.path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(repository.path, join(entry.parentPath, entry.name)))
    .filter((path) => !/^(?:\.git|node_modules)\//.test(path));
  const { survey } = await surveyTree({
    files,
    read: async (path) => (files.includes(path) ? readFile(join(repository.path, path), 'utf8') : null),
    configuration: null,
  });
  return Dossier.parse({
    objectiveId: `objective-${playbook}-00000000`,
    objective,
    repository: { kind: 'sample', name: survey.name, version: '1' },
    repositoryIdentity: `sample:${survey.name}@1`,
    baseRef: 'main',
    baseCommit: await repository.head(),
    model: { kind: 'offline', playbook, scenario },
    options: {},
    survey,
    conventions: await readFile(join(repository.path, 'AGENTS.md'), 'utf8'),
    files: files.slice(0, 500),
  });
}
