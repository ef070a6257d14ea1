import {
  CONFIGURATION_FILE,
  type ConfiguredService,
  parseConfiguration,
  type ServiceConfiguration,
  serviceUnderWork,
} from '../domain/target/configuration';
import { ENGINES } from '../domain/target/engine-need';
import { inRepository, ROOT_FOLDER, surveyInRepository } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import { detectSettings } from './detect-settings';
import { settleGateSettings } from './configured-settings';
import { surveyJava } from './java-stack';
import { surveyNode } from './node-stack';
import { surveyPython } from './python-stack';
import type { RepositoryFiles } from './repository-files';
import { findApiSpec, findMigrations } from './schema-facts';
import { findServices, firstService, within } from './service-folders';
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
  /** Folder of the service where no configuration says it; absent or null: the one that is found first. */
  readonly folder?: string | null;
}

/**
 * How to work with a repository: its configuration file, then detection from the files of one commit. Pure; nothing
 * of the repository runs.
 * @throws ConfigurationError for a configuration that does not fit
 */
export function surveyFiles(request: SurveyRequest): Survey {
  const given = configurationText(request);
  const configuration = given === null ? null : parseConfiguration(given.text, given.source);
  const services = findServices(request);
  const folder =
    configuration === null
      ? (request.folder ?? firstService(services))
      : serviceUnderWork(configuration).path;
  const detected = detect(request, folder);
  const survey = configuration === null ? detected : configure(detected, configuration);
  const placed = surveyInRepository(survey, folder);
  return {
    ...placed,
    conventions: CONVENTION_FILES.flatMap((file) => [...new Set([file, inRepository(folder, file)])]).filter(
      (path) => request.files.includes(path),
    ),
    ...(services.some(({ path }) => path !== ROOT_FOLDER)
      ? { services: services.map(({ name, path, stack }) => ({ name, path, stack })) }
      : {}),
    notes: [...placed.notes, ...notesOn({ request, configuration, services, folder })],
  };
}

/** What is said of the services that are not worked on, and of a folder that is none. */
function notesOn({
  request,
  configuration,
  services,
  folder,
}: {
  readonly request: SurveyRequest;
  readonly configuration: ServiceConfiguration | null;
  readonly services: readonly { readonly name: string; readonly path: string }[];
  readonly folder: string;
}): string[] {
  const where = folder === ROOT_FOLDER ? 'the root' : folder;
  const isThere = folder === ROOT_FOLDER || request.files.some((path) => path.startsWith(`${folder}/`));
  const missing = isThere
    ? []
    : [`there is no folder ${folder} yet, where the configuration has the service`];
  const configured = configuration?.services ?? [];
  const chosen = configuration === null ? null : serviceUnderWork(configuration);
  return [
    ...missing,
    ...services
      .filter(({ path }) => path !== folder && configured.every((service) => service.path !== path))
      .map(
        ({ name, path }) => `the service ${name} in ${path} is listed, and not worked with: only ${where} is`,
      ),
    ...configured
      .filter((service) => service !== chosen)
      .map(
        ({ name }) =>
          `the configured service ${name} is not looked at; only ${chosen?.name ?? ''} is, ${
            configuration?.service === undefined ? 'the first one' : 'which `service` names'
          }`,
      ),
  ];
}

/** The configuration that counts: the one given, else the repository's own; null without any. */
export function configurationText(request: SurveyRequest): GivenConfiguration | null {
  if (request.configuration) return request.configuration;
  const text = request.files.includes(CONFIGURATION_FILE) ? request.read(CONFIGURATION_FILE) : null;
  return text === null ? null : { text, source: CONFIGURATION_FILE };
}

function detect(request: SurveyRequest, folder: string): Survey {
  const files = within(request, folder);
  const facts = surveyNode(files) ?? surveyPython(files) ?? surveyJava(files) ?? UNKNOWN;
  const migrations = findMigrations(files, facts.dependencies);
  const apiSpec = findApiSpec(files);
  const database = usesPrismaPostgres(files) ? 'postgres' : facts.database;
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
    conventions: [],
    manifests: facts.manifests,
    engines: facts.engines,
    gate: detectSettings(files, facts, { apiSpec, database, migrations }),
    notes: facts.notes,
  };
}

/** The engines found, unless the configuration says that it is another stack. */
function enginesOf(stack: Survey['stack'] | undefined, survey: Survey): Survey['engines'] {
  if (stack === undefined || stack === survey.stack) return survey.engines;
  return ENGINES.filter((row) => row.stack === stack).map(({ name }) => ({ name, requires: null }));
}

/** What the configuration says there is none of, so that nobody brings it back by looking again. */
function omittedBy(service: ConfiguredService): Pick<Survey, 'omitted'> {
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
  const service = serviceUnderWork(configuration);
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
    ...(configuration.decisions === undefined ? {} : { decisions: configuration.decisions }),
  };
}
