import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionSample } from './provision-sample';
import type { InstalledSample } from './sample-repository';

const NAME = 'billing-service';

/** The billing service with its dependencies, installed as the gate does it. */
export async function installBillingSample(): Promise<InstalledSample> {
  const store = await mkdtemp(join(tmpdir(), 'billing-dependencies-'));
  const remove = (): Promise<void> => rm(store, { recursive: true, force: true });
  try {
    return {
      name: NAME,
      modules: null,
      ...(await provisionSample(NAME, store)),
      addDependency: () => Promise.reject(new Error('the billing playbook adds no dependency')),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
