import { claimCovers } from '../plan/path-claims';
import type { TaskOutline } from '../plan/plan';
import type { ContractStatus } from './contract-status';

const SPEC_FILE = /\.(?:ya?ml|json|graphqls?|gql)$/i;

/** The file a contract task designs, as far as its claims tell; null: whatever the commit shows. */
export function contractPath({ owns, shares }: Pick<TaskOutline, 'owns' | 'shares'>): string | null {
  return [...owns, ...shares].find((claim) => SPEC_FILE.test(claim)) ?? null;
}

/** How a contract is called, from the file that holds it: `docs/openapi.yaml` is `docs-openapi`. */
export function contractName(task: Pick<TaskOutline, 'id' | 'owns' | 'shares'>): string {
  const name = (contractPath(task) ?? task.id)
    .replace(SPEC_FILE, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return name === '' ? task.id.toLowerCase() : name;
}

/** Whether a task designs or changes a contract: known by its file, else by the name its claims give it. */
export function isAbout(
  { name, path }: Pick<ContractStatus, 'name' | 'path'>,
  task: Pick<TaskOutline, 'id' | 'owns' | 'shares'>,
): boolean {
  return (
    name === contractName(task) ||
    (path !== null && [...task.owns, ...task.shares].some((claim) => claimCovers(claim, path)))
  );
}
