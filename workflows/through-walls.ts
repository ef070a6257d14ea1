import { isCancellation, sleep } from '@temporalio/workflow';
import { troubleOf } from './trouble';

/** Calls an activity that asks a model; a provider's walls are waited out, any other trouble is the caller's. */
export async function throughWalls<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { wall } = troubleOf(error);
      if (wall === null) throw error;
      await sleep(wall.waitMs);
    }
  }
}
