import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import { ServiceNotReady } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { withFindings } from './answers';
import { requiredVariables } from './required-variables';

const SOURCE = /\.(?:[cm]?[jt]s|py|java|kt|ya?ml|properties)$/;
const TEST =
  /(?:^|\/)(?:tests?|__tests__|spec|src\/test|docs|scripts|\.github)\/|\.(?:test|spec)\.[cm]?[jt]s$|(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/;
const MOST_SOURCES = 400;
const MOST_VARIABLES = 12;
/** Times as long as it took with everything there. */
const PATIENCE = 3;
/** A second start on a busy machine may take many times as long as the first. */
const SHORTEST_WAIT_MS = 5_000;
const PRODUCTION = { NODE_ENV: 'production' } as const;

/**
 * Item 19 at run time: started as in production without one of the variables it needs, the service must end with an error
 * or never get ready. First it has to get ready with all of them, or its refusal would tell nothing.
 */
export const refusesWithoutSecrets: GateChecker = {
  name: 'refuses-without-variables',
  version: '2',
  subjects: ['secrets-in-env'],
  scope: 'objective',
  reads: (path) => !/\.md$|(?:^|\/)(?:docs?|tests?|__tests__)\//.test(path),
  control: () =>
    requiredVariables(
      { cmd: ['x'], portEnv: 'PORT', health: null, readyTimeoutMs: 1, env: {}, requiredEnv: ['A'] },
      ["const secret = process.env.JWT_SECRET ?? 'dev';", 'process.env.LOG_LEVEL'],
    ).join() === 'A,JWT_SECRET',
  check: async (inspection) => [await check(inspection)],
};

async function check(inspection: Inspection): Promise<Answer> {
  const { run } = inspection.settings;
  const names = run === null ? [] : requiredVariables(run, await sourcesOf(inspection));
  if (run !== null && names.length === 0) {
    throw new DoesNotApply(
      'no-required-variables',
      'no variable is declared as required, and the sources read none that holds a secret',
    );
  }
  const whole = await startWhole(inspection, names);
  const readyTimeoutMs = Math.min(
    run?.readyTimeoutMs ?? SHORTEST_WAIT_MS,
    Math.max(SHORTEST_WAIT_MS, whole.readyMs * PATIENCE),
  );
  const rows: string[] = [];
  const findings: GateFinding[] = [];
  const looked = names.filter((name) => whole.given.includes(name)).slice(0, MOST_VARIABLES);
  for (const name of looked) {
    const how = await startWithout(inspection, { name, names, readyTimeoutMs });
    rows.push(`without ${name}: ${how.text}`);
    if (!how.refused) {
      findings.push({
        key: `starts-without:${name}`,
        text: `The service ${how.text} without ${name}, with NODE_ENV=production`,
      });
    }
  }
  if (looked.length === 0) throw new CannotTell('none of its variables is given by the checks');
  const evidence: Evidence = { kind: 'measurement', text: rows.join('\n').slice(0, 2000) };
  return {
    subject: 'secrets-in-env',
    outcome: withFindings(findings, `the service refuses to start without ${looked.join(', ')}`),
    evidence: [evidence],
  };
}

async function sourcesOf(inspection: Inspection): Promise<string[]> {
  const files = await inspection.files();
  const paths = files.paths.filter((path) => SOURCE.test(path) && !TEST.test(path)).slice(0, MOST_SOURCES);
  return (await Promise.all(paths.map((path) => files.read(path)))).map((text) => text ?? '');
}

/** With a value for each: what the configuration does not give is made up, as for declared variables. */
async function startWhole(
  inspection: Inspection,
  names: readonly string[],
): Promise<{ readonly readyMs: number; readonly given: readonly string[] }> {
  const service = await inspection.startService({
    seed: false,
    env: { ...madeUp(inspection, names), ...PRODUCTION },
  });
  const { readyMs, environment } = service;
  await service.stop();
  return { readyMs, given: Object.keys(environment) };
}

async function startWithout(
  inspection: Inspection,
  {
    name,
    names,
    readyTimeoutMs,
  }: { readonly name: string; readonly names: readonly string[]; readonly readyTimeoutMs: number },
): Promise<{ readonly refused: boolean; readonly text: string }> {
  try {
    const env = { ...madeUp(inspection, names), ...PRODUCTION, [name]: null };
    const service = await inspection.startService({ seed: false, readyTimeoutMs, env });
    await service.stop();
    return { refused: false, text: 'gets ready' };
  } catch (error) {
    if (!(error instanceof ServiceNotReady)) throw error;
    const { result } = error;
    if (result.kind === 'exited' && result.code === 0) {
      return { refused: false, text: 'ends with code 0, as if all were well,' };
    }
    if (result.kind === 'not-started') throw error;
    return {
      refused: true,
      text:
        result.kind === 'exited'
          ? `ended with ${result.signal ?? `code ${String(result.code)}`}`
          : 'never got ready',
    };
  }
}

/** Variables that are read and neither configured nor declared. */
function madeUp({ settings }: Inspection, names: readonly string[]): Record<string, string> {
  const known = new Set([
    ...Object.keys(settings.run?.env ?? {}),
    ...(settings.run?.requiredEnv ?? []),
    settings.database?.urlEnv ?? 'DATABASE_URL',
  ]);
  return Object.fromEntries(
    names
      .filter((name) => !known.has(name))
      .map((name) => [name, `made-up-${name.toLowerCase()}-0123456789abcdef`]),
  );
}
