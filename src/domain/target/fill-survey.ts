import { type GateSettings, NO_SETTINGS } from '../quality-gate/gate-settings';
import { folderOf } from './service-folder';
import type { Survey } from './survey';

/**
 * The survey of a base commit, with what it knows nothing of filled from what the tree under test says: a branch may add
 * the first tests, the first spec or a database. What the base knows, and every threshold and waiver, stays.
 */
export function fillSurvey(survey: Survey, found: Survey | null): Survey {
  if (found === null) return survey;
  const gate = fillSettings(survey.gate ?? NO_SETTINGS, found.gate ?? NO_SETTINGS);
  const folder = isUndecided(survey) ? found.folder : survey.folder;
  const stack = survey.stack === 'unknown' ? found.stack : survey.stack;
  // Commands of another stack would not fit those that are known.
  if (stack !== found.stack) return { ...survey, gate };
  const isNone = (field: NonNullable<Survey['omitted']>[number]): boolean =>
    survey.omitted?.includes(field) === true;
  const filled = <F extends 'framework' | 'install' | 'build' | 'test' | 'lint'>(field: F): Survey[F] =>
    isNone(field) ? survey[field] : (survey[field] ?? found[field]);
  return {
    ...survey,
    ...(folder === undefined ? {} : { folder }),
    stack,
    gate,
    framework: filled('framework'),
    packageManager: survey.packageManager ?? found.packageManager,
    install: filled('install'),
    build: filled('build'),
    test: filled('test'),
    lint: filled('lint'),
    migrations: survey.migrations ?? found.migrations,
    apiSpec: survey.apiSpec ?? found.apiSpec,
    database: survey.database === 'none' && !isNone('database') ? found.database : survey.database,
    manifests: [...new Set([...survey.manifests, ...found.manifests])],
    engines: survey.engines === undefined || survey.engines.length === 0 ? found.engines : survey.engines,
  };
}

/** Whether nothing is known of the service, not even where it is: a repository before its first service. */
function isUndecided(survey: Survey): boolean {
  return (
    survey.stack === 'unknown' &&
    survey.folder === undefined &&
    survey.omitted === undefined &&
    [survey.install, survey.build, survey.test, survey.lint, survey.apiSpec, survey.migrations].every(
      (known) => known === null,
    )
  );
}

/** Where the service of a tree under test is looked for; null: wherever it is found. */
export function folderToLookIn(survey: Survey): string | null {
  return isUndecided(survey) ? null : folderOf(survey);
}

function fillSettings(settings: GateSettings, found: GateSettings): GateSettings {
  const { database, docs } = settings;
  return {
    ...settings,
    coverage: settings.coverage ?? found.coverage,
    run: settings.run ?? found.run,
    api: settings.api ?? found.api,
    database:
      database === null
        ? found.database
        : {
            ...database,
            up: database.up ?? found.database?.up ?? null,
            down: database.down ?? found.database?.down ?? null,
            seed: database.seed ?? found.database?.seed ?? null,
          },
    logFormat: settings.logFormat ?? found.logFormat,
    docs: {
      deploy: docs.deploy ?? found.docs.deploy,
      limitations: docs.limitations ?? found.docs.limitations,
      backup: docs.backup ?? found.docs.backup,
    },
  };
}
