import { z } from 'zod';
import type { WatchMessageName } from '../../domain/deployment/deployment-watch';
import type { MessageName } from '../../domain/objective/messages';
import { ConfigurationError } from '../../domain/common/user-error';
import { badArgument, type CallContext } from '../tool';

/** What every tool answers that tells an objective something. */
export const sentOutput = z.object({
  id: z.string(),
  /** Applied by the workflow; false: recorded until a worker comes. */
  applied: z.boolean(),
  message: z.string(),
});

/**
 * Checks a message as its schema says, rules over several fields included, and sends it.
 * @throws ConfigurationError of one sentence for what the schema refuses
 */
export async function sendPayload(
  { desk }: CallContext,
  id: string,
  name: MessageName | WatchMessageName,
  schema: z.ZodType,
  said: Readonly<Record<string, unknown>>,
): Promise<z.input<typeof sentOutput>> {
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  const payload = schema.safeParse(given);
  if (!payload.success) throw new ConfigurationError(badArgument(payload.error));
  return { id, ...(await desk.send({ id, name, payload: payload.data })) };
}
