import { CannotTell } from '../checker';
import type { RunningService, ServiceOptions } from '../facts/service';
import type { Inspection } from '../inspection';
import { type Conversation, createConversation } from './conversation';
import { limitVariables } from './limit-variables';

/** A limit that probes do not reach. */
const UNREACHED = '100000';
/** Instances made because the one before was worn out. */
const MOST_RESTARTS = 5;

/** The conversation of one inspection: whoever probes waits for their turn, and finds an instance that answers. */
interface Keeper {
  current: Promise<Conversation> | null;
  queue: Promise<unknown>;
  restarts: number;
}

const keepers = new WeakMap<Inspection, Keeper>();

/**
 * Gives `work` the conversation with the inspection's probed instance, alone. The instance is shared with the other
 * probes; one that ended or began to answer 429 is replaced before the next turn.
 */
export function inTurn<T>(
  inspection: Inspection,
  work: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  const keeper = keepers.get(inspection) ?? { current: null, queue: Promise.resolve(), restarts: 0 };
  keepers.set(inspection, keeper);
  const turn = keeper.queue.then(async () => {
    inspection.signal.throwIfAborted();
    return work(await usable(inspection, keeper));
  });
  keeper.queue = turn.catch(() => undefined);
  return turn;
}

async function usable(inspection: Inspection, keeper: Keeper): Promise<Conversation> {
  if (keeper.current !== null) {
    const current = await keeper.current;
    const worn = current.throttled() > 0 || !current.service.isAlive();
    if (!worn || keeper.restarts >= MOST_RESTARTS) return current;
    keeper.restarts += 1;
    await current.service.stop();
  }
  keeper.current = converseWithNew(inspection);
  return keeper.current;
}

/** A conversation with an instance of its own, whose limits are raised where variables set them. */
export async function converseWithNew(
  inspection: Inspection,
  options: Pick<ServiceOptions, 'readOnly'> = {},
): Promise<Conversation> {
  const api = await inspection.api();
  const service = await startUnlimited(inspection, options);
  const { settings } = inspection;
  const common = { service, settings, manyClients: true };
  return createConversation(
    api.kind === 'openapi'
      ? { ...common, operations: api.operations, document: api.document, schema: null }
      : { ...common, operations: [], document: {}, schema: api.text },
  );
}

/** An instance with the seed in its database, and limits of requests that are not reached where it reads them. */
export async function startUnlimited(
  inspection: Inspection,
  options: Pick<ServiceOptions, 'readOnly'> = {},
): Promise<RunningService> {
  const names = await limitVariables(inspection);
  const env = Object.fromEntries(names.map((name) => [name, UNREACHED]));
  return inspection.startService({ ...options, seed: true, env }).catch((error: unknown) => {
    // A value that the service refuses is no reason to know nothing of it.
    if (names.length === 0 || !(error instanceof CannotTell)) throw error;
    return inspection.startService({ ...options, seed: true });
  });
}
