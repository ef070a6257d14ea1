import type { Survey } from '../domain/survey';
import { surveyJava } from './java-stack';
import { surveyNode } from './node-stack';
import { surveyPython } from './python-stack';
import type { RepositoryFiles } from './repository-files';

const MANIFESTS =
  /^(?:((?:apps|services|packages)\/[^/]+)\/)?(?:package\.json|pyproject\.toml|requirements\.txt|manage\.py|pom\.xml|build\.gradle(?:\.kts)?)$/;
const MOST_SERVICES = 50;

/** Every folder of a repository that is a service by its manifest: the root, and those of the usual folders. */
export function findServices(repository: RepositoryFiles): NonNullable<Survey['services']> {
  const folders = repository.files.flatMap((path) => {
    const match = MANIFESTS.exec(path);
    return match === null ? [] : [match[1] ?? '.'];
  });
  return [...new Set(folders)].slice(0, MOST_SERVICES).map((path) => {
    const files = within(repository, path);
    const facts = surveyNode(files) ?? surveyPython(files) ?? surveyJava(files);
    const name = facts?.name ?? (path === '.' ? 'service' : (path.split('/').at(-1) ?? path));
    return { name, path, stack: facts?.stack ?? 'unknown' };
  });
}

function within(repository: RepositoryFiles, folder: string): RepositoryFiles {
  if (folder === '.') return repository;
  const prefix = `${folder}/`;
  return {
    files: repository.files
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length)),
    read: (path) => repository.read(`${prefix}${path}`),
  };
}
