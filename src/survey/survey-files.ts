import { CONFIGURATION_FILE, parseConfiguration, type ServiceConfiguration } from '../domain/configuration';
import { ENGINES } from '../domain/engine-need';
import type { Survey } from '../domain/survey';
import { detectSettings } from './detect-settings';
import { settleGateSettings } from './configured-settings';
import { surveyJava } from './java-stack';
import { surveyNode } from './node-stack';
import { surveyPython } from './python-stack';
import type { RepositoryFiles } from './repository-files';
import { findApiSpec, findMigrations } from './schema-facts';
import { findServices } from './service-folders';
import type { StackFacts } from './stack-facts';

const DEFAULT_TEST_TIMEOUT_MS = 300_000;
const CONVENTION_FILES = ['AGENTS.md', 'CLAUDE.md', '.github/copilot-instructions.md'];

const UNKNOWN: StackFacts = {
  stack: 'unknown',
  name: null,
  framework: null,
  packageManager: null,
  install: null,
  build: null,
  test: null,
  lint: null,
  database: 'none',
  manifests: [],
  engines: [],
  notes: [
    `no package.json, Python or Java project file was found; a ${CONFIGURATION_FILE} can say how to test`,
  ],
  dependencies: new Set(),
};

/** A configuration given instead of the repository's own. */
export interface GivenConfiguration {
  readonly text: string;
  /** Name of the file, for messages. */
  readonly source: string;
}

export interface SurveyRequest extends RepositoryFiles {
  readonly configuration?: GivenConfiguration | null;
  /** Used where neither configuration nor manifest names the service. */
  readonly name?: string;
}

/**
 * How to work with a repository: its configuration file, then detection from the files of one commit. Pure; nothing
 * of the repository runs.
 * @throws ConfigurationError for a configuration that does not fit
 */
export function surveyFiles(request: SurveyRequest): Survey {
  const configuration = configurationText(request);
  const detected = detect(request);
  return configuration === null
    ? detected
    : configure(detected, parseConfiguration(configuration.text, configuration.source));
}

/** The configuration that counts: the one given, else the repository's own; null without any. */
export function configurationText(request: SurveyRequest): GivenConfiguration | null {
  if (request.configuration) return request.configuration;
  const text = request.files.includes(CONFIGURATION_FILE) ? request.read(CONFIGURATION_FILE) : null;
  return text === null ? null : { text, source: CONFIGURATION_FILE };
}

function detect(request: SurveyRequest): Survey {
  const facts = surveyNode(request) ?? surveyPython(request) ?? surveyJava(request) ?? UNKNOWN;
  const migrations = findMigrations(request, facts.dependencies);
  const apiSpec = findApiSpec(request);
  const database = usesPrismaPostgres(request) ? 'postgres' : facts.database;
  const services = findServices(request);
  return {
    name: facts.name ?? request.name ?? 'service',
    stack: facts.stack,
    framework: facts.framework,
    packageManager: facts.packageManager,
    install: facts.install,
    build: facts.build,
    test: facts.test,
    lint: facts.lint,
    testTimeoutMs: DEFAULT_TEST_TIMEOUT_MS,
    migrations,
    apiSpec,
    database,
    conventions: CONVENTION_FILES.filter((path) => request.files.includes(path)),
    manifests: facts.manifests,
    engines: facts.engines,
    gate: detectSettings(request, facts, { apiSpec, database, migrations }),
    ...(services.some(({ path }) => path !== '.') ? { services } : {}),
    notes: [
      ...facts.notes,
      ...services
        .filter(({ path }) => path !== '.')
        .map(
          ({ name, path }) =>
            `the service ${name} in ${path} is listed, and not worked with: only the root is`,
        ),
    ],
  };
}

/** The engines found, unless the configuration says that it is another stack. */
function enginesOf(stack: Survey['stack'] | undefined, survey: Survey): Survey['engines'] {
  if (stack === undefined || stack === survey.stack) return survey.engines;
  return ENGINES.filter((row) => row.stack === stack).map(({ name }) => ({ name, requires: null }));
}

/** What the configuration says there is none of, so that nobody brings it back by looking again. */
function omittedBy(service: ServiceConfiguration['services'][number]): Pick<Survey, 'omitted'> {
  const omitted = (['framework', 'install', 'build', 'test', 'lint'] as const).filter(
    (field) => service[field] === null,
  );
  const fields = [...omitted, ...(service.database?.engine === 'none' ? (['database'] as const) : [])];
  return fields.length === 0 ? {} : { omitted: fields };
}

function usesPrismaPostgres(repository: RepositoryFiles): boolean {
  const schema = repository.files.includes('prisma/schema.prisma')
    ? repository.read('prisma/schema.prisma')
    : null;
  return schema !== null && /provider\s*=\s*"postgres(?:ql)?"/.test(schema);
}

function configure(survey: Survey, configuration: ServiceConfiguration): Survey {
  const [service, ...others] = configuration.services;
  if (service === undefined) return survey;
  const migrations = service.database?.migrations;
  return {
    ...survey,
    name: service.name,
    stack: service.stack ?? survey.stack,
    engines: enginesOf(service.stack, survey),
    framework: service.framework === undefined ? survey.framework : service.framework,
    install: service.install === undefined ? survey.install : service.install,
    build: service.build === undefined ? survey.build : service.build,
    test: service.test === undefined ? survey.test : (service.test?.cmd ?? null),
    lint: service.lint === undefined ? survey.lint : service.lint,
    testTimeoutMs: service.test?.timeoutMs ?? survey.testTimeoutMs,
    migrations: migrations === undefined ? survey.migrations : { tool: migrations.tool, dir: migrations.dir },
    apiSpec: service.api?.spec ?? survey.apiSpec,
    database: service.database?.engine ?? survey.database,
    ...omittedBy(service),
    gate: settleGateSettings(service, configuration.gate?.waivers ?? [], survey.gate),
    ...(configuration.context === undefined ? {} : { contextRules: configuration.context.rules }),
    ...(configuration.coordination === undefined ? {} : { coordination: configuration.coordination }),
    notes: [
      ...survey.notes,
      ...others.map(({ name }) => `the configured service ${name} is not looked at; only the first one is`),
    ],
  };
}
