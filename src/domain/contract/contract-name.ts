import type { TaskOutline } from '../plan/plan';

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
