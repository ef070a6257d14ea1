import { installNodeSample, type AddedPackage } from './node-sample';
import type { InstalledSample } from './sample-repository';

/** The orders service with its dependencies and the package that the playbook adds. */
export function installOrdersSample(added: AddedPackage): Promise<InstalledSample> {
  return installNodeSample('orders-service', added);
}
