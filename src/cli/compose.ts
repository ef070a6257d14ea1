import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root';
import type { EngineFacts } from '../domain/target/engines';
import type { SweepRequest } from '../git/sweep';
import type { GitWorkspace } from '../git/workspace';
import type { BlobStore } from '../ports/blob-store';
import type { Engines } from '../ports/engines';
import type { LoadedPlaybook } from '../offline/playbook';
import { startBackgroundWorker, stopBackgroundWorker } from './compose/background-worker';
import { serverInUse } from './compose/server-in-use';
import { surveyTarget } from './compose/survey-target';
import { planGc, removeItems } from './collect-garbage';
import { DAY_MS, type GcRequest } from './gc-plan';
import type { Services, ServicesRequest } from './services';

/** What is built on where nobody names a repository and no playbook has a sample for the objective. */
const DEFAULT_SAMPLE = 'orders-service';

/** The composition root of the command line: wires adapters by hand, each loaded when first needed. */
export function composeServices(request: ServicesRequest): Services {
  const { environment, home } = request;
  const folders = {
    blobs: join(home.home, 'blobs'),
    journals: join(home.home, 'journals'),
    reports: join(home.home, 'reports'),
    logs: join(home.home, 'logs'),
    receipts: join(home.home, 'receipts'),
    dependencies: join(home.home, 'dependencies'),
  };
  const workspace = once(() => openWorkspace(request));
  const unshared = once(() => openWorkspace(request, null));
  const playbooks = once(loadAllPlaybooks);
  const engines = once(async (): Promise<Engines> => {
    const { createEngines } = await import('../engines/engines.js');
    return createEngines({ path: environment.path, environment: environment.inherited });
  });
  const engineFacts = once(async (): Promise<EngineFacts> => {
    const { readEngineFacts } = await import('../engines/engines.js');
    return readEngineFacts(await engines());
  });
  const blobs = once(async (): Promise<BlobStore> => {
    const { createDirectoryBlobStore } = await import('../store/directory-blob-store.js');
    return createDirectoryBlobStore(folders.blobs);
  });

  return {
    findTarget: async (target) => {
      const git = await workspace();
      const { base } = target;
      const sample = 'sample' in target;
      const found = sample
        ? await git.inspectSample(target.sample)
        : await git.inspectRepository(target.repository, base);
      return {
        source: found.source,
        identity: found.identity,
        baseRef: found.baseRef,
        baseCommit: found.baseCommit,
        sample: found.source.kind === 'sample' ? found.source.name : null,
        notes: [
          ...(found.dirty
            ? [
                `The checkout has changes that no commit holds; the work starts from ${found.baseRef} without them.`,
              ]
            : []),
          ...(sample && base !== null ? ['--base is ignored: the bundled sample has one commit.'] : []),
        ],
      };
    },
    findSample: async (objective) => {
      const { findSample } = await import('../offline/coverage.js');
      return findSample(await playbooks(), objective) ?? DEFAULT_SAMPLE;
    },
    listPlaybooks: async () =>
      (await playbooks()).map(({ name, title, covers, target, scenarios }) => ({
        name,
        title,
        covers,
        sample: target.sample,
        scenarios,
      })),
    surveyTarget: async (surveying) =>
      surveyTarget({
        ...surveying,
        repositories: (await (surveying.local === true ? unshared() : workspace())).repositories,
        engineFacts: await engineFacts(),
      }),
    foresee: async (asked) => {
      const { foresee } = await import('../worker/foresee.js');
      const { repositories } = await unshared();
      const { anthropic } = environment;
      return foresee({ ...asked, anthropic, store: await blobs(), repositories, engines: await engines() });
    },
    findCoverage: async (objective, sample) => {
      const { describeCoverage, findCoverage } = await import('../offline/coverage.js');
      const known = await playbooks();
      const playbook = findCoverage(known, objective, sample);
      return {
        playbook:
          playbook === null
            ? null
            : { name: playbook.name, scenarios: playbook.scenarios.map((scenario) => scenario.name) },
        covered: describeCoverage(known),
      };
    },
    probeSandbox: async () => {
      const { probeSandbox } = await import('../sandbox/probe-sandbox.js');
      return probeSandbox({ PATH: environment.path });
    },
    prepareGate: async (gate) => {
      const { prepareGate } = await import('./compose/gate-alone.js');
      return prepareGate({
        ...gate,
        ...request,
        workspace: await openWorkspace(request, null),
        store: await blobs(),
      });
    },
    prepareVerification: async (asked) => {
      const { prepareVerification } = await import('./compose/verification.js');
      return prepareVerification({
        ...asked,
        ...request,
        workspace: await openWorkspace(request, null),
        store: await blobs(),
      });
    },
    useServer: async ({ hold, onProgress }) => {
      const { ensureHome } = await import('../config/home.js');
      await ensureHome(home);
      const { connectTemporal } = await import('../temporal/resolve.js');
      return serverInUse(await connectTemporal({ environment, home, hold, onProgress }), request);
    },
    useServerWithHistory: async ({ onProgress }) => {
      const { connectTemporal, findRunningServer } = await import('../temporal/resolve.js');
      if (!(await exists(join(home.home, 'temporal.db')))) {
        const running = await findRunningServer({ environment, home, onProgress });
        return running === undefined ? null : serverInUse(running, request);
      }
      return serverInUse(await connectTemporal({ environment, home, onProgress }), request);
    },
    stopKeepingServer: async () => {
      const { stopKeeping } = await import('../temporal/lease.js');
      return (await stopKeeping(home.home)) ?? null;
    },
    startBackgroundWorker: () => startBackgroundWorker(request),
    stopBackgroundWorker: () => stopBackgroundWorker(home.home),
    blobs,
    audit: async () => {
      const { createAuditReader } = await import('../audit/audit-reader.js');
      return createAuditReader({ folder: join(home.home, 'audit') });
    },
    findForge: async () => {
      const { createFindForge } = await import('../forge/forges.js');
      return createFindForge(environment.forge);
    },
    repositories: async () => (await workspace()).repositories,
    rewinding: async (objectiveId) => {
      const { rewind } = await workspace();
      return {
        keep: (point) => rewind.keep({ objectiveId, ...point }),
        move: (point) => rewind.move({ objectiveId, ...point }),
      };
    },
    reportsDir: folders.reports,
    examine: async (options) => {
      const { examine } = await import('./doctor/examine.js');
      return examine(request, options?.notify ?? false);
    },
    planGc: async (gc) => {
      const { findAbandonedData } = await import('../postgres/owned-folder.js');
      const { dataFolders } = await import('../postgres/data-folder.js');
      const databases = await Promise.all(dataFolders(join(home.home, 'postgres')).map(findAbandonedData));
      return planGc(folders, gc, {
        objectives: await (await workspace()).findSweepable(sweepRequest(gc)),
        databases: databases.flat(),
      });
    },
    applyGc: async (plan) => {
      const swept = await (await workspace()).sweep(sweepRequest(plan.request));
      await removeItems(plan.items);
      return {
        files: plan.items.length,
        bytes: plan.items.reduce((sum, item) => sum + item.bytes, 0),
        objectives: swept.objectives,
        worktrees: swept.worktrees,
        mirrors: swept.mirrors,
      };
    },
  };
}

function sweepRequest({ open, olderThanMs }: GcRequest): SweepRequest {
  return { keepObjectives: open, olderThanDays: olderThanMs / DAY_MS };
}

async function openWorkspace(
  { environment, home }: ServicesRequest,
  remote: string | null = environment.gitRemote ?? null,
): Promise<GitWorkspace> {
  const { ensureHome } = await import('../config/home.js');
  await ensureHome(home);
  const { createGitWorkspace } = await import('../git/workspace.js');
  return createGitWorkspace({
    home: home.home,
    searchPath: environment.path,
    userEnvironment: environment.inherited,
    remote,
  });
}

async function loadAllPlaybooks(): Promise<readonly LoadedPlaybook[]> {
  const { loadPlaybooks } = await import('../offline/load-playbooks.js');
  return loadPlaybooks(join(packageRoot(), 'playbooks'));
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
