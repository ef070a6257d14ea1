import type { EngineName } from '../../domain/target/engine-need';
import type { Engine, Engines } from '../../ports/engines';
import type { Provision } from '../../ports/gate';
import { CouldNotRun } from '../could-not-run';

/** On every PATH already; in front they would hide this Node. */
const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** An engine of this machine. @throws CouldNotRun when it is not there */
export async function engineOf(engines: Engines, name: EngineName): Promise<Engine> {
  const found = await engines.find(name);
  if (found.kind === 'found') return found.engine;
  throw new CouldNotRun(`${name} is needed and missing here (${found.why}); install it on this machine.`);
}

/** What commands need to use these engines. */
export function equipmentOf(...engines: readonly Engine[]): Provision {
  return {
    env: Object.fromEntries(engines.flatMap(({ env }) => Object.entries(env))),
    path: engines.flatMap(({ path }) => path).filter((folder) => !SYSTEM_FOLDERS.includes(folder)),
    readOnly: engines.flatMap(({ readOnly }) => readOnly),
  };
}
