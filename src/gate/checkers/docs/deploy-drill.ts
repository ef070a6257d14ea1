import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import { ServiceNotReady } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { madeUpValues } from '../../stage/service-environment';
import { mayChangeTests } from '../tests/inputs';
import { DEPLOY_DOCUMENT } from './deploy-docs';
import { findDocument } from './find-document';
import { commandsOf } from './markdown';

const MIGRATE_TIMEOUT_MS = 60_000;
const START =
  /^(?:node|npm (?:run )?start|yarn start|pnpm start|uvicorn|gunicorn|hypercorn|flask\b.*\brun|python3? (?!-m (?:pip|venv|pytest)\b))/;
const MIGRATE = /\bmigrat\w*\b(?!.*\b(?:down|rollback|revert|undo)\b)|\balembic upgrade\b/;
const PLACEHOLDER = /<[^>]*>|\.\.\.|…/;

/** Item 39: the documented commands really migrate an empty database, and really start a service that gets ready. */
export const deployDrill: GateChecker = {
  name: 'deploy-drill',
  version: '1',
  subjects: ['deploy-docs'],
  scope: 'objective',
  reads: (path) => mayChangeTests(path) || /deploy|operations|runbook|README/i.test(path),
  control: () => {
    const { migrate, start } = documentedSteps(
      '1. `npm run migrate`\n2. Start: `node --env-file=.env src/server.js`\n',
    );
    return migrate === 'npm run migrate' && start === 'node src/server.js';
  },
  check: drill,
};

async function drill(inspection: Inspection): Promise<Answer[]> {
  const { settings } = inspection;
  if (settings.run === null)
    throw new DoesNotApply('no-service-to-start', 'it is not known how a service is started');
  const document = await findDocument(await inspection.files(), {
    configured: settings.docs.deploy,
    ...DEPLOY_DOCUMENT,
  });
  const { migrate, start } = documentedSteps(document?.text ?? '');
  if (document === null || start === null) {
    throw new DoesNotApply('no-documented-start', 'no documented command starts the service on this machine');
  }
  const evidence: Evidence[] = [];
  const findings: GateFinding[] = [];
  const about = (key: string, text: string): GateFinding => ({
    key,
    text: text.slice(0, 500),
    file: document.path,
  });
  if (migrate !== null && inspection.survey.database === 'postgres') {
    const failure = await tryMigration(inspection, migrate);
    evidence.push({
      kind: 'measurement',
      text: `${migrate}: ${failure ?? 'migrated an empty database'}`.slice(0, 2000),
    });
    if (failure !== null)
      findings.push(about('documented-migration-fails', `\`${migrate}\` fails: ${failure}`));
  }
  const failure = await tryStart(inspection, start);
  evidence.push({ kind: 'measurement', text: `${start}: ${failure ?? 'ready'}`.slice(0, 2000) });
  if (failure !== null)
    findings.push(about('documented-start-fails', `\`${start}\` does not get ready: ${failure}`));
  const note = `executed from ${document.path}: ${[migrate, start].filter((step) => step !== null).join(', ')}`;
  return [
    {
      subject: 'deploy-docs',
      outcome: findings.length === 0 ? { kind: 'ran-clean', note } : { kind: 'ran-found', note, findings },
      evidence,
    },
  ];
}

/** The first command that migrates, and the first that starts; null where there is none that can be executed here. */
export function documentedSteps(text: string): {
  readonly migrate: string | null;
  readonly start: string | null;
} {
  const commands = commandsOf(text)
    .map((command) => command.text.replace(/ --env-file(?:-if-exists)?=\S+/g, ''))
    .filter((command) => !PLACEHOLDER.test(command));
  const migrate = commands.find((command) => MIGRATE.test(command) && !command.startsWith('docker')) ?? null;
  const start =
    commands.find(
      (command) =>
        START.test(command) &&
        !MIGRATE.test(command) &&
        !/\b(?:seed|test|build|migrate|backup)\b/.test(command),
    ) ?? null;
  return { migrate, start };
}

/** What went wrong, in a sentence; null when the database has tables afterwards. */
async function tryMigration(inspection: Inspection, command: string): Promise<string | null> {
  const { settings } = inspection;
  const database = await inspection.openDatabase({ empty: true });
  const scratch = await inspection.scratch();
  const run = await inspection.run({
    argv: ['sh', '-c', `exec ${command}`],
    env: {
      HOME: scratch,
      TMPDIR: scratch,
      ...madeUpValues(settings.run?.requiredEnv ?? []),
      ...settings.run?.env,
      [settings.database?.urlEnv ?? 'DATABASE_URL']: database.url,
    },
    timeoutMs: MIGRATE_TIMEOUT_MS,
    readWrite: [scratch, ...(database.socketDir === '' ? [] : [database.socketDir])],
  });
  if (run.end.kind !== 'exited' || run.end.code !== 0) {
    const how = run.end.kind === 'exited' ? `exit ${String(run.end.code)}` : run.end.kind;
    const last = `${run.stdout}\n${run.stderr}`.trim().split('\n').at(-1) ?? '';
    return `${how}, ${last}`;
  }
  return (await database.readTables()).length > 0 ? null : 'it leaves the database without a table';
}

/** The same, for the service; the configured command is the measure of what can be started here at all. */
async function tryStart(inspection: Inspection, command: string): Promise<string | null> {
  const { run } = inspection.settings;
  if (run?.cmd.join(' ') === command) {
    await inspection.service();
    return null;
  }
  try {
    const service = await inspection.startService({ seed: false, cmd: ['sh', '-c', `exec ${command}`] });
    await service.stop();
    return null;
  } catch (error) {
    if (!(error instanceof ServiceNotReady)) throw error;
    try {
      await inspection.service();
    } catch (other) {
      if (other instanceof CannotTell)
        throw new CannotTell(`the service does not start at all: ${other.message}`);
      throw other;
    }
    return error.message;
  }
}
