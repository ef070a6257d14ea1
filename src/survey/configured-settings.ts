import type { ConfiguredService, ServiceConfiguration } from '../domain/target/configuration';
import { type GateItem, GATE_ITEMS } from '../domain/quality-gate/gate-items';
import { type GateSettings, NO_SETTINGS, type Waiver } from '../domain/quality-gate/gate-settings';

const DEFAULT_READY_MS = 30_000;

/** What the gate knows of a service: its configuration over what was detected. */
export function settleGateSettings(
  service: ConfiguredService,
  waivers: readonly ConfiguredWaiver[],
  detected: GateSettings = NO_SETTINGS,
): GateSettings {
  const { coverage, run, api, database, auth, docs } = service;
  return {
    coverage:
      coverage === undefined
        ? detected.coverage
        : { cmd: coverage.cmd, format: coverage.format, report: coverage.report },
    coverageMin: coverage?.min ?? detected.coverageMin,
    run:
      run === undefined
        ? detected.run
        : {
            cmd: run.cmd,
            portEnv: run.portEnv,
            health: run.health ?? detected.run?.health ?? null,
            readyTimeoutMs: run.readyTimeoutMs ?? DEFAULT_READY_MS,
            env: { ...detected.run?.env, ...run.env },
            requiredEnv: run.requiredEnv ?? detected.run?.requiredEnv ?? [],
          },
    api:
      api === undefined
        ? detected.api
        : {
            kind: api.kind,
            spec: api.spec,
            from: api.spec.startsWith('/') ? 'endpoint' : 'file',
            basePath: api.basePath ?? (detected.api?.spec === api.spec ? detected.api.basePath : null),
          },
    database:
      database === undefined
        ? detected.database
        : database.engine !== 'postgres'
          ? null
          : {
              urlEnv: database.urlEnv ?? detected.database?.urlEnv ?? 'DATABASE_URL',
              version: database.version ?? detected.database?.version ?? null,
              up: given(database.migrations?.up, detected.database?.up),
              down: given(database.migrations?.down, detected.database?.down),
              seed: database.seed ?? detected.database?.seed ?? null,
            },
    login: auth?.login ?? detected.login,
    users: auth?.users ?? detected.users,
    authHeader: auth?.header ?? detected.authHeader,
    corsOrigins: service.cors?.origins ?? detected.corsOrigins,
    publicOps: service.publicOps ?? detected.publicOps,
    sla: {
      p95Ms: service.sla?.p95Ms ?? detected.sla.p95Ms,
      connections: service.sla?.connections ?? detected.sla.connections,
    },
    logFormat: service.logs?.format ?? detected.logFormat,
    docs: {
      deploy: docs?.deploy ?? detected.docs.deploy,
      limitations: docs?.limitations ?? detected.docs.limitations,
      backup: docs?.backup ?? detected.docs.backup,
    },
    waivers: waivers.map(withSlug),
  };
}

/** What is configured, `null` included; what is left out is as it was found. */
function given<T>(configured: T | null | undefined, detected: T | null | undefined): T | null {
  return configured === undefined ? (detected ?? null) : configured;
}

type ConfiguredWaiver = NonNullable<NonNullable<ServiceConfiguration['gate']>['waivers']>[number];

function withSlug({ item, ...waiver }: ConfiguredWaiver): Waiver {
  const found: GateItem | undefined = GATE_ITEMS.find(
    (row) => row.slug === item || String(row.item) === item,
  );
  if (found === undefined) throw new Error(`The schema let the unknown item ${item} through.`);
  return { item: found.slug, ...waiver };
}
