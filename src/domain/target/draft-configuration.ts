import { folderOf, surveyOfService } from './service-folder';
import type { Survey } from './survey';

/**
 * Text of a configuration that says what was found, to be read, mended and committed by the owner. What was not found
 * is left out, so that later detection still counts.
 */
export function draftConfiguration(found: Survey): string {
  const survey = surveyOfService(found);
  const { gate } = survey;
  const service = {
    name: survey.name,
    path: folderOf(found),
    ...(survey.stack === 'unknown' ? {} : { stack: survey.stack }),
    ...given('framework', survey.framework),
    ...given('install', survey.install),
    ...given('build', survey.build),
    ...(survey.test === null ? {} : { test: { cmd: survey.test, timeoutMs: survey.testTimeoutMs } }),
    ...given('lint', survey.lint),
    ...(gate?.coverage ? { coverage: { ...gate.coverage, min: gate.coverageMin } } : {}),
    ...(gate?.run
      ? {
          run: {
            cmd: gate.run.cmd,
            portEnv: gate.run.portEnv,
            ...given('health', gate.run.health),
            readyTimeoutMs: gate.run.readyTimeoutMs,
            env: gate.run.env,
            requiredEnv: gate.run.requiredEnv,
          },
        }
      : {}),
    ...(gate?.api
      ? { api: { kind: gate.api.kind, spec: gate.api.spec, ...given('basePath', gate.api.basePath) } }
      : {}),
    ...databaseOf(survey),
    ...(gate?.corsOrigins ? { cors: { origins: gate.corsOrigins } } : {}),
    ...given('publicOps', gate?.publicOps ?? null),
    sla: { p95Ms: gate?.sla.p95Ms ?? 200, connections: gate?.sla.connections ?? 5 },
    ...(gate?.logFormat ? { logs: { format: gate.logFormat } } : {}),
    ...documentsOf(survey),
  };
  const content = { version: 1, services: [service], gate: { waivers: gate?.waivers ?? [] } };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function databaseOf({ database, migrations, gate }: Survey): object {
  if (database === 'none') return {};
  const settings = gate?.database;
  return {
    database: {
      engine: database,
      ...given('version', settings?.version ?? null),
      ...given('urlEnv', settings?.urlEnv ?? null),
      ...(migrations === null
        ? {}
        : {
            migrations: {
              ...migrations,
              ...given('up', settings?.up ?? null),
              ...given('down', settings?.down ?? null),
            },
          }),
      ...given('seed', settings?.seed ?? null),
    },
  };
}

function documentsOf({ gate }: Survey): object {
  const known = Object.entries(gate?.docs ?? {}).filter(([, path]) => path !== null);
  return known.length === 0 ? {} : { docs: Object.fromEntries(known) };
}

function given<K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> {
  return value === null ? {} : ({ [key]: value } as Record<K, V>);
}
