import { ROOT_FOLDER } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import { surveyJava } from './java-stack';
import { surveyNode } from './node-stack';
import { surveyPython } from './python-stack';
import type { RepositoryFiles } from './repository-files';

const MANIFESTS =
  /^(?:((?:(?:apps|services|packages)\/[^/]+)|api|backend|server|service)\/)?(?:package\.json|pyproject\.toml|requirements\.txt|manage\.py|pom\.xml|build\.gradle(?:\.kts)?)$/;
const MOST_SERVICES = 50;

type FoundService = NonNullable<Survey['services']>[number] & { readonly framework: string | null };

/** Every folder of a repository that is a service by its manifest: the root, and those of the usual folders. */
export function findServices(repository: RepositoryFiles): FoundService[] {
  const folders = repository.files.flatMap((path) => {
    const match = MANIFESTS.exec(path);
    return match === null ? [] : [match[1] ?? '.'];
  });
  return [...new Set(folders)].slice(0, MOST_SERVICES).map((path) => {
    const files = within(repository, path);
    const facts = surveyNode(files) ?? surveyPython(files) ?? surveyJava(files);
    const name = facts?.name ?? (path === ROOT_FOLDER ? 'service' : (path.split('/').at(-1) ?? path));
    return { name, path, stack: facts?.stack ?? 'unknown', framework: facts?.framework ?? null };
  });
}

/** The service to work on where nobody says which: the root's, else the first with a web framework, else the first. */
export function firstService(services: readonly FoundService[]): string {
  const found =
    services.find(({ path }) => path === ROOT_FOLDER) ??
    services.find(({ framework }) => framework !== null) ??
    services[0];
  return found?.path ?? ROOT_FOLDER;
}

/** The files of a folder, by their paths in it. */
export function within(repository: RepositoryFiles, folder: string): RepositoryFiles {
  if (folder === ROOT_FOLDER) return repository;
  const prefix = `${folder}/`;
  return {
    files: repository.files
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length)),
    read: (path) => repository.read(`${prefix}${path}`),
  };
}
