import { installNodeSample } from './node-sample';
import type { InstalledSample } from './sample-repository';

/** The catalog service with its dependencies. */
export function installCatalogSample(): Promise<InstalledSample> {
  return installNodeSample('catalog-service', null);
}
