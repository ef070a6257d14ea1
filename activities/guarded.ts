import { ApplicationFailure } from '@temporalio/activity';
import { MAX_RESULT_BYTES } from '../src/domain/common/blob';
import { translateFailure } from './failures';

/** Wraps every activity: failures go through the one translator, and no result above the cap reaches Temporal. */
export function guarded<A extends object>(activities: A): A {
  const entries = Object.entries(activities).map(
    ([name, activity]: [string, unknown]) => [name, guard(name, activity)] as const,
  );
  return Object.fromEntries(entries) as A;
}

/** Bytes a result takes on its way to Temporal. */
export function resultBytes(result: unknown): number {
  return result === undefined ? 0 : Buffer.byteLength(JSON.stringify(result));
}

function guard(name: string, activity: unknown): unknown {
  if (typeof activity !== 'function') return activity;
  return async (...args: readonly unknown[]): Promise<unknown> => {
    try {
      const result: unknown = await Reflect.apply(activity, undefined, args);
      const bytes = resultBytes(result);
      if (bytes > MAX_RESULT_BYTES) {
        throw ApplicationFailure.nonRetryable(
          `${name} answered with ${bytes} bytes, above the ${MAX_RESULT_BYTES} a result may have; large things go to the blob store`,
          'Result.TooLarge',
        );
      }
      return result;
    } catch (error) {
      throw translateFailure(error);
    }
  };
}
