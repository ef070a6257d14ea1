import { ContractBundle } from '../../domain/contract/contract-bundle';
import type { ContractStatus } from '../../domain/contract/contract-status';
import { ConfigurationError } from '../../domain/common/user-error';
import type { Services } from '../services';

/** The newest bundle of a contract. @throws ConfigurationError where none was shared yet */
export async function readBundle(
  services: Pick<Services, 'blobs'>,
  { name, bundle }: Pick<ContractStatus, 'name' | 'bundle'>,
): Promise<ContractBundle> {
  if (bundle === null)
    throw new ConfigurationError(`${name} has not been shared yet, so there is nothing to see.`);
  const stored: unknown = JSON.parse((await (await services.blobs()).get(bundle)).toString('utf8'));
  return ContractBundle.parse(stored);
}
