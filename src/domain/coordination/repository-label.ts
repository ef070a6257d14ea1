import type { RepositorySource } from '../objective/objective';

/** A repository as lists and the audit log name it; never with a password. */
export function repositoryLabel(source: RepositorySource): string {
  switch (source.kind) {
    case 'sample':
      return `sample ${source.name} ${source.version}`;
    case 'path':
      return source.path;
    case 'url':
      return source.url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
  }
}
