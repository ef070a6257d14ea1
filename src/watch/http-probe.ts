import type { WatchCheck } from '../domain/coordination/coordination-settings';
import { CouldNotAsk } from './could-not-ask';
import { get, parseJson, requireSuccess, type HttpContext } from './http-answer';

type HttpCheck = Extract<WatchCheck, { kind: 'http' }>;

/**
 * The status of an address, the milliseconds its whole answer took, or a number in its JSON body. The status may be any;
 * the others count on success only.
 * @throws CouldNotAsk
 */
export async function askHttp({ url, value }: HttpCheck, context: HttpContext): Promise<number> {
  if (value === 'status') return (await get(url, context, 'status')).status;
  const answer = await get(url, context, 'body');
  requireSuccess(answer);
  if (value === 'milliseconds') return Math.round(answer.milliseconds);
  const found = pointedAt(parseJson(answer), value);
  if (typeof found !== 'number') throw new CouldNotAsk(`its body has no number at ${value.slice(0, 100)}`);
  return found;
}

/** What a JSON Pointer (RFC 6901) names; undefined: nothing. */
function pointedAt(document: unknown, pointer: string): unknown {
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined,
    document,
  );
}
