import { McpError, type Resource, type ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { ContractName } from '../domain/objective/objective-id';
import { ConfigurationError, TemporalUnreachableError } from '../domain/common/user-error';
import type { Desk } from '../ports/desk';
import { ObjectiveIdArgument } from './identity';

const SCHEME = 'coordinator://objectives/';
/** Newest objectives whose resources are listed; any other can be read by its address. */
const LISTED = 50;
/** Of these, open ones that are asked for their contracts. */
const ASKED = 10;

interface ResourceKind {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What follows the objective's id; `{name}` is a contract's name. */
  readonly path: string;
  readonly mimeType: string;
  /** Where it can be had: of any objective, or of one with a report. */
  readonly of: 'any' | 'reported' | 'contracts';
  read(desk: Desk, id: string, contract: string): Promise<string>;
}

const KINDS: readonly ResourceKind[] = [
  {
    name: 'plan',
    title: 'Plan',
    description: 'The plan of an objective with its version: every task with its whole delegation.',
    path: 'plan',
    mimeType: 'application/json',
    of: 'any',
    read: readPlan,
  },
  {
    name: 'report',
    title: 'Report',
    description: 'The report of an objective, in Markdown.',
    path: 'report',
    mimeType: 'text/markdown',
    of: 'reported',
    read: async (desk, id) => (await desk.report(id)).markdown,
  },
  {
    name: 'report-json',
    title: 'Report as JSON',
    description: 'The report of an objective, as JSON.',
    path: 'report.json',
    mimeType: 'application/json',
    of: 'reported',
    read: async (desk, id) => JSON.stringify((await desk.report(id)).json),
  },
  {
    name: 'contract',
    title: 'API contract',
    description: 'The manifest of the newest bundle of an API contract.',
    path: 'contracts/{name}',
    mimeType: 'application/json',
    of: 'contracts',
    read: readContract,
  },
  {
    name: 'receipts',
    title: 'Receipts',
    description:
      'The receipts of the quality gate on the integrated tree: what was checked, by what, with which evidence.',
    path: 'receipts',
    mimeType: 'application/json',
    of: 'reported',
    read: readReceipts,
  },
];

export const RESOURCE_TEMPLATES: readonly ResourceTemplate[] = KINDS.map(
  ({ name, title, description, path, mimeType }) => ({
    uriTemplate: `${SCHEME}{id}/${path}`,
    name,
    title,
    description,
    mimeType,
  }),
);

/** What there is to read of the newest objectives. */
export async function listResources(desk: Desk): Promise<Resource[]> {
  const rows = (await desk.list(null)).slice(0, LISTED);
  let asked = 0;
  const found: Resource[] = [];
  for (const { objectiveId: id, open, objective } of rows) {
    const reported = await desk.hasReport(id);
    const ask = reported || (open && (asked += 1) <= ASKED);
    const contracts = ask ? await contractsAsFarAsKnown(desk, id) : [];
    for (const kind of KINDS) {
      if (kind.of === 'reported' && !reported) continue;
      const paths =
        kind.of === 'contracts'
          ? contracts.map(({ name }) => kind.path.replace('{name}', name))
          : [kind.path];
      for (const path of paths) {
        found.push({
          uri: `${SCHEME}${id}/${path}`,
          name: `${id}/${path}`,
          title: `${kind.title} of ${id}`,
          description: objective,
          mimeType: kind.mimeType,
        });
      }
    }
  }
  return found;
}

/** Of resources that are not there (MCP, "Resources", error handling); the library has no name for it. */
const RESOURCE_NOT_FOUND = -32002;

/** @throws McpError for an address that is none of ours; UserError where there is nothing to read */
export async function readResource(
  desk: Desk,
  uri: string,
): Promise<{ readonly uri: string; readonly mimeType: string; readonly text: string }> {
  const [id = '', ...rest] = uri.startsWith(SCHEME) ? uri.slice(SCHEME.length).split('/') : [];
  const kind = KINDS.find(({ path }) => matches(path, rest));
  if (kind === undefined || !ObjectiveIdArgument.safeParse(id).success)
    throw new McpError(
      RESOURCE_NOT_FOUND,
      'There is no such resource; resources/templates/list shows which addresses there are.',
    );
  return { uri, mimeType: kind.mimeType, text: await kind.read(desk, id, rest[1] ?? '') };
}

function matches(path: string, given: readonly string[]): boolean {
  const parts = path.split('/');
  return (
    parts.length === given.length &&
    parts.every((part, at) =>
      part === '{name}' ? ContractName.safeParse(given[at]).success : part === given[at],
    )
  );
}

async function readPlan(desk: Desk, id: string): Promise<string> {
  const { plan } = await liveStatus(desk, id);
  if (plan === null) throw new ConfigurationError(`${id} has no plan yet.`);
  const stored: unknown = JSON.parse(await desk.blob(plan.ref));
  return JSON.stringify({ objective: id, version: plan.version, plan: stored });
}

async function readContract(desk: Desk, id: string, name: string): Promise<string> {
  const found = (await contractsOf(desk, id)).find((contract) => contract.name === name);
  if (found === undefined) throw new ConfigurationError(`${id} has no contract ${name}.`);
  if (found.bundle === null) throw new ConfigurationError(`The contract ${name} has no bundle yet.`);
  return desk.blob(found.bundle);
}

async function readReceipts(desk: Desk, id: string): Promise<string> {
  const report = (await desk.hasReport(id)) ? (await desk.report(id)).json : null;
  const ref = report === null ? (await liveStatus(desk, id)).gate?.report : report.gate?.receipts;
  if (ref === undefined)
    throw new ConfigurationError(
      `${id} has no receipts yet: its quality gate has not run on the integrated tree.`,
    );
  return desk.blob(ref);
}

interface ContractBundle {
  readonly name: string;
  readonly bundle: string | null;
}

/** The API contracts of an objective; none where nobody can tell. */
async function contractsOf(desk: Desk, id: string): Promise<readonly ContractBundle[]> {
  if (await desk.hasReport(id)) return (await desk.report(id)).json.contracts ?? [];
  const standing = await desk.status(id);
  return standing.kind === 'live' ? (standing.status.contracts ?? []) : [];
}

/** The same; one report or workflow that cannot be read takes nothing else from a list, and nobody who types wants its error. */
export async function contractsAsFarAsKnown(desk: Desk, id: string): Promise<readonly ContractBundle[]> {
  try {
    return await contractsOf(desk, id);
  } catch (error) {
    if (error instanceof TemporalUnreachableError) throw error;
    return [];
  }
}

async function liveStatus(
  desk: Desk,
  id: string,
): Promise<Extract<Awaited<ReturnType<Desk['status']>>, { kind: 'live' }>['status']> {
  const standing = await desk.status(id);
  if (standing.kind === 'live') return standing.status;
  throw new ConfigurationError(`No worker answers for ${id}, so it cannot be read; \`worker\` brings one.`);
}
