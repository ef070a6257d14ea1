import { McpError, type Resource, type ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { ContractName } from '../domain/objective/objective-id';
import { ConfigurationError } from '../domain/common/user-error';
import type { Desk } from '../ports/desk';
import {
  contractsAsFarAsKnown,
  filesAsFarAsKnown,
  readBundleFile,
  readManifest,
  readPath,
  writePath,
  type Content,
} from './contract-bundles';
import { ObjectiveIdArgument } from './identity';

const SCHEME = 'coordinator://objectives/';
/** Newest objectives whose resources are listed; any other can be read by its address. */
const LISTED = 50;
/** Of these, open ones that are asked for their contracts. */
const ASKED = 10;
/** Files of one bundle that are listed; its manifest names all. */
const LISTED_FILES = 20;

/** What an address says beside the objective: a contract, and the path of a file of its bundle. */
interface Address {
  readonly contract: string;
  readonly file: string;
}

interface ResourceKind {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What follows the objective's id; `{name}` is a contract's name, `{+file}` the path of a file of its bundle. */
  readonly path: string;
  /** null: each has its own. */
  readonly mimeType: string | null;
  /** Where it can be had: of any objective, of one with a report, of every contract or every file of a bundle. */
  readonly of: 'any' | 'reported' | 'contracts' | 'files';
  read(desk: Desk, id: string, address: Address): Promise<string | Content>;
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
    read: (desk, id, { contract }) => readManifest(desk, id, contract),
  },
  {
    name: 'contract-file',
    title: 'File of an API contract',
    description:
      'A file of the newest bundle of an API contract, by the path its manifest tells: the spec, its changelog, types, reference page and mock server.',
    path: 'contracts/{name}/{+file}',
    mimeType: null,
    of: 'files',
    read: (desk, id, { contract, file }) => readBundleFile(desk, id, { name: contract, path: file }),
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
    ...(mimeType === null ? {} : { mimeType }),
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
      for (const { path, mimeType } of await placesOf(desk, kind, contracts)) {
        found.push({
          uri: `${SCHEME}${id}/${path}`,
          name: `${id}/${path}`,
          title: `${kind.title} of ${id}`,
          description: objective,
          mimeType,
        });
      }
    }
  }
  return found;
}

interface Place {
  readonly path: string;
  readonly mimeType: string;
}

/** Where the resources of one kind are, below an objective with these contracts. */
async function placesOf(
  desk: Desk,
  { of, path, mimeType }: ResourceKind,
  contracts: Awaited<ReturnType<typeof contractsAsFarAsKnown>>,
): Promise<readonly Place[]> {
  if (of === 'files') {
    const perContract = contracts.map(async (contract) =>
      (await filesAsFarAsKnown(desk, contract)).slice(0, LISTED_FILES).map((file) => ({
        path: path.replace('{name}', contract.name).replace('{+file}', () => writePath(file.path)),
        mimeType: file.mediaType,
      })),
    );
    return (await Promise.all(perContract)).flat();
  }
  const paths = of === 'contracts' ? contracts.map(({ name }) => path.replace('{name}', name)) : [path];
  return paths.map((place) => ({ path: place, mimeType: mimeType ?? 'text/plain' }));
}

/** Of resources that are not there (MCP, "Resources", error handling); the library has no name for it. */
const RESOURCE_NOT_FOUND = -32002;

/** @throws McpError for an address that is none of ours; UserError where there is nothing to read */
export async function readResource(
  desk: Desk,
  uri: string,
): Promise<{ readonly uri: string; readonly mimeType: string; readonly text: string }> {
  const [id = '', ...rest] = uri.startsWith(SCHEME) ? uri.slice(SCHEME.length).split('/') : [];
  for (const kind of KINDS) {
    const address = addressOf(kind.path, rest);
    if (address === null || !ObjectiveIdArgument.safeParse(id).success) continue;
    const content = await kind.read(desk, id, address);
    return typeof content === 'string'
      ? { uri, mimeType: kind.mimeType ?? 'text/plain', text: content }
      : { uri, ...content };
  }
  throw new McpError(
    RESOURCE_NOT_FOUND,
    'There is no such resource; resources/templates/list shows which addresses there are.',
  );
}

/** What the steps of an address say; null: they are none of this kind's. */
function addressOf(path: string, given: readonly string[]): Address | null {
  const parts = path.split('/');
  const file = parts.at(-1) === '{+file}' ? readPath(given.slice(parts.length - 1)) : '';
  const steps = file === '' ? parts : parts.slice(0, -1);
  const fits =
    file !== null &&
    (file !== '' || parts.length === given.length) &&
    steps.every((part, at) =>
      part === '{name}' ? ContractName.safeParse(given[at]).success : part === given[at],
    );
  return fits ? { contract: given[1] ?? '', file } : null;
}

async function readPlan(desk: Desk, id: string): Promise<string> {
  const { plan } = await liveStatus(desk, id);
  if (plan === null) throw new ConfigurationError(`${id} has no plan yet.`);
  const stored: unknown = JSON.parse(await desk.blob(plan.ref));
  return JSON.stringify({ objective: id, version: plan.version, plan: stored });
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

async function liveStatus(
  desk: Desk,
  id: string,
): Promise<Extract<Awaited<ReturnType<Desk['status']>>, { kind: 'live' }>['status']> {
  const standing = await desk.status(id);
  if (standing.kind === 'live') return standing.status;
  throw new ConfigurationError(`No worker answers for ${id}, so it cannot be read; \`worker\` brings one.`);
}
