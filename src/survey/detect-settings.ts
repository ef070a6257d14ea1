import { type GateSettings, NO_SETTINGS } from '../domain/quality-gate/gate-settings';
import type { Survey } from '../domain/target/survey';
import { findApi, findHealth } from './api-settings';
import { findCoverage } from './coverage-settings';
import { findDatabase } from './database-settings';
import { findDocuments } from './document-settings';
import { type RepositoryFiles, textOf } from './repository-files';
import { findRun } from './run-settings';
import type { StackFacts } from './stack-facts';

/** Loggers that write JSON by default. */
const JSON_LOGGERS = [
  'pino',
  'pino-http',
  'nestjs-pino',
  'fastify',
  'bunyan',
  'structlog',
  'python-json-logger',
  'logstash-logback-encoder',
];
const SECRET_NAME =
  /(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|SIGNING_KEY|ENCRYPTION_KEY)(?:$|_)/;
const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist'];

/** What the gate can know of a service from the files of one commit. Pure; thresholds and users are never guessed. */
export function detectSettings(
  repository: RepositoryFiles,
  facts: StackFacts,
  survey: Pick<Survey, 'apiSpec' | 'database' | 'migrations'>,
): GateSettings {
  const api = findApi(repository, facts, survey.apiSpec);
  const database = findDatabase(repository, facts, survey);
  const urlEnv = database?.urlEnv ?? '';
  return {
    ...NO_SETTINGS,
    coverage: findCoverage(repository, facts),
    run: findRun(repository, facts, {
      health: findHealth(repository, facts, api),
      requiredEnv: requiredVariables(repository, urlEnv),
    }),
    api,
    database,
    logFormat: JSON_LOGGERS.some((name) => facts.dependencies.has(name)) ? 'json' : null,
    docs: findDocuments(repository),
  };
}

/** Variables of the example of the environment that nothing can run without: the database, and secrets. */
function requiredVariables(repository: RepositoryFiles, urlEnv: string): string[] {
  const text = EXAMPLES.map((path) => textOf(repository, path));
  const names = [...text.join('\n').matchAll(/^(?:export )?([A-Z][A-Z0-9_]*)=/gm)].map(
    (match) => match[1] ?? '',
  );
  return [...new Set(names)].filter((name) => name === urlEnv || SECRET_NAME.test(name)).slice(0, 30);
}
