import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import { requirePostgres } from '../../database/engine';
import type { Inspection } from '../../inspection';
import { restoreDrill } from './restore-drill';
import { isDocumentation, readsMigrations } from './schema-files';

/** A document says what may be lost, how soon it is back and by which commands; and a dump of the schema with rows restores. */
export const backupPlan: GateChecker = {
  name: 'backup-plan',
  version: '1',
  subjects: ['backup-plan'],
  scope: 'objective',
  reads: (path, survey) => readsMigrations(path, survey) || isDocumentation(path),
  control: () => planProblems('We make backups.').length === 4 && planProblems(PLAN).length === 0,
  check: async (inspection) => {
    await requirePostgres(inspection);
    const document = await findPlan(inspection);
    const findings: GateFinding[] =
      document === null
        ? [
            {
              key: 'backup-plan:no-document',
              text: 'no document says how the database is backed up and restored',
            },
          ]
        : planProblems(document.text).map((problem) => ({ ...problem, file: document.path }));
    const drill = await tryDrill(inspection);
    findings.push(...drill.findings);
    const evidence = [
      {
        kind: 'measurement' as const,
        text: `${document?.path ?? 'no document'}; ${drill.told}`.slice(0, 2000),
      },
    ];
    if (findings.length > 0) {
      const note = findings.map(({ text }) => text).join('; ');
      return [{ subject: 'backup-plan', outcome: { kind: 'ran-found', note, findings }, evidence }];
    }
    if (drill.unable !== null) throw new CannotTell(`the restore was not tried: ${drill.unable}`);
    return [{ subject: 'backup-plan', outcome: { kind: 'ran-clean', note: drill.told }, evidence }];
  },
};

/** A missing document is a failure whether or not the drill can be run. */
async function tryDrill(inspection: Inspection): Promise<{
  readonly findings: readonly GateFinding[];
  readonly told: string;
  readonly unable: string | null;
}> {
  try {
    return { ...(await restoreDrill(inspection)), unable: null };
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    return { findings: [], told: `no drill: ${error.message}`, unable: error.message };
  }
}

const SECTION = /^(#{1,6})\s.*\b(?:backups?|disaster recovery|recovery|restor(?:e|ing))\b.*$/im;
const BY_NAME = /(?:^|[/_-])(?:backups?|recovery|disaster-recovery|restore)(?=[._/-])/i;

async function findPlan(
  inspection: Inspection,
): Promise<{ readonly path: string; readonly text: string } | null> {
  const files = await inspection.files();
  const configured = inspection.settings.docs.backup;
  const documents = files.paths.filter(isDocumentation);
  const named = [
    ...(configured === null ? [] : documents.filter((path) => path === configured)),
    ...documents.filter((path) => BY_NAME.test(path)),
  ];
  for (const path of named) {
    const text = await files.read(path);
    if (text !== null && text.trim() !== '') return { path, text };
  }
  for (const path of documents.slice(0, 300)) {
    const text = await files.read(path);
    const heading = text === null ? null : SECTION.exec(text);
    if (text === null || heading === null) continue;
    const after = text.slice(heading.index + heading[0].length);
    const end = after.search(new RegExp(`^#{1,${heading[1]?.length ?? 1}}\\s`, 'm'));
    return { path, text: end < 0 ? after : after.slice(0, end) };
  }
  return null;
}

// What a plan has to say, and the words people say it with.
const OWED = [
  {
    key: 'rpo',
    pattern:
      /\bRPO\b|recovery point|(?:data|minutes|hours|days?)\b[^.]{0,60}\b(?:lost|loss)|\b(?:lose|loses|losing|lost|loss of)\b[^.]{0,60}\b(?:minutes?|hours?|days?|data)/i,
    text: 'the backup plan does not say how much may be lost (RPO)',
  },
  {
    key: 'rto',
    pattern:
      /\bRTO\b|recovery time|\b(?:back|restored|available|running|recovered)\b[^.]{0,40}\b(?:within|in under|in less than)\b|\bwithin\b[^.]{0,20}\b(?:minutes?|hours?)\b/i,
    text: 'the backup plan does not say how soon the service is back (RTO)',
  },
  {
    key: 'backup-command',
    pattern:
      /\b(?:pg_dump(?:all)?|pg_basebackup|pgbackrest|barman|wal-g|wal-e|restic|velero|pg_probackup|create-db-snapshot|gcloud sql backups|az postgres|mysqldump|npm run backup|make backup|backup\.sh)\b/i,
    text: 'the backup plan gives no command that makes a backup',
  },
  {
    key: 'restore-command',
    pattern:
      /\b(?:pg_restore|psql\b|restore-db-instance|pgbackrest\b[^\n]*\brestore|barman recover|wal-g backup-fetch|restic restore|velero restore|gcloud sql backups restore|npm run restore|make restore|restore\.sh)/i,
    text: 'the backup plan gives no command that restores one',
  },
] as const;

/** What a plan leaves unsaid. */
export function planProblems(text: string): GateFinding[] {
  return OWED.filter(({ pattern }) => !pattern.test(text)).map(({ key, text: problem }) => ({
    key: `backup-plan:${key}`,
    text: problem,
  }));
}

const PLAN = 'RPO 24 hours, RTO 1 hour. `pg_dump -Fc app > app.dump`, then `pg_restore -d app app.dump`.';
