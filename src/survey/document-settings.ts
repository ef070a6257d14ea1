import type { GateSettings } from '../domain/quality-gate/gate-settings';
import { firstOf, type RepositoryFiles } from './repository-files';

/** Per document: names it goes by, and the heading that stands for it in a readme or another document. */
const DOCUMENTS = {
  deploy: {
    names: [
      'docs/deploy.md',
      'docs/deployment.md',
      'docs/DEPLOYMENT.md',
      'DEPLOYMENT.md',
      'DEPLOY.md',
      'docs/operations.md',
      'docs/runbook.md',
    ],
    heading: /^#{1,4}\s.*\bdeploy/im,
  },
  limitations: {
    names: [
      'docs/limitations.md',
      'docs/known-limitations.md',
      'docs/LIMITATIONS.md',
      'LIMITATIONS.md',
      'KNOWN_ISSUES.md',
      'docs/known-issues.md',
    ],
    heading: /^#{1,4}\s.*\b(?:limitations?|known issues)\b/im,
  },
  backup: {
    names: [
      'docs/backup.md',
      'docs/backups.md',
      'docs/backup-and-recovery.md',
      'docs/recovery.md',
      'docs/disaster-recovery.md',
      'BACKUP.md',
    ],
    heading: /^#{1,4}\s.*\b(?:backups?|recovery|restore)\b/im,
  },
} as const;

/** Where the documents the gate asks for are. */
export function findDocuments(repository: RepositoryFiles): GateSettings['docs'] {
  const others = repository.files
    .filter((path) => /^(?:readme\.md|docs\/[^/]+\.md|operations\.md)$/i.test(path))
    .slice(0, 12);
  const find = ({ names, heading }: (typeof DOCUMENTS)[keyof typeof DOCUMENTS]): string | null =>
    firstOf(repository, names) ?? others.find((path) => heading.test(repository.read(path) ?? '')) ?? null;
  return {
    deploy: find(DOCUMENTS.deploy),
    limitations: find(DOCUMENTS.limitations),
    backup: find(DOCUMENTS.backup),
  };
}
