import { tmpdir } from 'node:os';
import type { EngineName, EngineNeed } from '../domain/target/engine-need';
import type { EngineFact, EngineFacts } from '../domain/target/engines';
import type { Engines, FoundEngine } from '../ports/engines';
import { runCommand } from '../process/run-command';
import { type Ask, PROBES } from './engine-probes';

const TIMEOUT_MS = 20_000;
// What version managers behind shims go by.
const MANAGERS = /^(?:HOME|LANG|PYENV_.*|ASDF_.*|MISE_.*|SDKMAN_.*|JENV_.*|JAVA_HOME|MAVEN_HOME|M2_HOME)$/;

/** The engines on the user's PATH; each is asked for its version once per process. */
export function createEngines(setting: {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}): Engines {
  const { path, environment } = setting;
  const kept = Object.entries(environment).filter(([name]) => MANAGERS.test(name));
  const ask: Ask = async (argv) => {
    const run = await runCommand({
      argv,
      cwd: tmpdir(),
      env: { ...Object.fromEntries(kept), PATH: path },
      timeoutMs: TIMEOUT_MS,
    });
    const worked = run.end.kind === 'exited' && run.end.code === 0;
    return worked ? `${run.stdout}\n${run.stderr}` : null;
  };
  const known = new Map<EngineName, Promise<FoundEngine>>();
  return {
    find(name) {
      const probe = known.get(name) ?? PROBES[name]({ path, javaHome: environment['JAVA_HOME'], ask });
      known.set(name, probe);
      return probe;
    },
  };
}

/** What this machine has of every engine. */
export async function readEngineFacts(engines: Engines): Promise<EngineFacts> {
  const fact = async (name: EngineName): Promise<EngineFact> => {
    const found = await engines.find(name);
    return found.kind === 'found' ? { version: found.engine.version } : { missing: found.why };
  };
  const [node, python3, java, mvn] = await Promise.all([
    fact('node'),
    fact('python3'),
    fact('java'),
    fact('mvn'),
  ]);
  return { node, python3, java, mvn };
}

/** The engines a survey names with their versions here, as one text; it changes when one of them does. */
export async function engineVersions(engines: Engines, needs: readonly EngineNeed[]): Promise<string> {
  const versions = needs.map(async ({ name }) => {
    const found = await engines.find(name);
    return `${name} ${found.kind === 'found' ? found.engine.version : 'missing'}`;
  });
  return (await Promise.all(versions)).join(', ');
}
