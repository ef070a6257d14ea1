import { join } from 'node:path';
import { createActivities, type Activities } from '../../activities';
import { createCompatibility } from '../compatibility/compatibility';
import { createContracts } from '../contracts/contracts';
import type { Environment } from '../config/environment';
import type { Home } from '../config/home';
import { readSettings } from '../config/settings-file';
import { TASK_QUEUE } from '../domain/objective/messages';
import { createCheckRunner } from '../gate/check-runner';
import { createContractExercise } from '../gate/contract/exercise-contract';
import { readContract } from '../gate/contract/read-contract';
import { createGateRunner } from '../gate/gate-runner';
import { createLockFiles } from '../gate/npm/remake-lockfile';
import { createReplicas } from '../gate/replica/replicas';
import { createGitWorkspace } from '../git/workspace';
import { providerOf } from '../model/provider-walls';
import { createSpecialists } from '../model/tool-loop';
import { createPlaybookRecorder, type PlaybookRecorder } from '../offline/playbook-recorder';
import type { RecordingHead } from '../offline/recording';
import { createFindForge } from '../forge/forges';
import { startMetricsServer } from '../report/metrics-server';
import { createReports } from '../report/reports';
import { createDirectoryBlobStore } from '../store/directory-blob-store';
import { createDirectoryJournals } from '../store/directory-journals';
import { createEntities } from '../temporal/entities';
import { openChecking } from './checking';
import { openDecisionPorts } from './decision-ports';
import { createNotifications } from '../notify/notifications';
import { createProbes } from '../watch/probes';
import { createRunShell } from './run-shell';
import { createSurveyor } from './surveyor';
import { openThinking } from './thinking';

/** The activities of one worker process, and what has to be stopped after them. */
export interface Department {
  readonly activities: Activities;
  stop(): Promise<void>;
}

/** The folder a run is recorded into, and the head of the playbook it becomes. */
export type RecordingTarget = Omit<RecordingHead, 'secrets'> & { readonly dir: string };

/** Wires every adapter by hand: the only place that knows them all. */
export async function openDepartment(options: {
  readonly environment: Environment;
  readonly home: Home;
  readonly recording?: RecordingTarget | undefined;
  /** Told what does not work and does no harm. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Where the server shows its workflows; left out: nowhere that is known. */
  readonly webUi?: { readonly address: string | null; readonly namespace: string } | undefined;
}): Promise<Department> {
  const { environment, home, recording } = options;
  const folder = (name: string): string => join(home.home, name);
  const store = createDirectoryBlobStore(folder('blobs'));
  const workspace = createGitWorkspace({
    home: home.home,
    searchPath: environment.path,
    userEnvironment: environment.inherited,
    remote: environment.gitRemote ?? null,
    locks: createLockFiles({ environment: environment.inherited }),
  });
  const checking = await openChecking({ environment, home, store });
  const { sandbox, bootstrap, engines, dependencyStore } = checking.setting;

  const recorder = recording === undefined ? undefined : await startRecording(recording, environment);
  const { anthropic } = environment;
  const thinking = await openThinking({ anthropic, blobs: store, witness: recorder });
  const { clientFor, walls, roles } = thinking;

  const compatibility = createCompatibility();

  const activities = createActivities({
    store,
    journals: createDirectoryJournals(folder('journals')),
    coordination: thinking.coordination,
    specialists: createSpecialists({
      walls,
      clientFor,
      roles,
      blobs: store,
      checks: createCheckRunner(checking.setting),
      bootstrap,
      runShell: createRunShell({ sandbox, bootstrap, dependencyStore }),
    }),
    repositories: workspace.repositories,
    worktrees: workspace.worktrees,
    integration: workspace.integration,
    notes: workspace.notes,
    surveyor: createSurveyor({ store, roles, engines }),
    entities: createEntities({ taskQueue: TASK_QUEUE }),
    compatibility,
    contracts: createContracts({
      readContract,
      exercise: createContractExercise(checking.setting),
      compatibility,
      secretOf: (name) => environment.inherited[name],
    }),
    gates: createGateRunner(checking.setting),
    bootstrap,
    replicas: createReplicas({ ...checking.setting, postgres: checking.postgresOnDisk }),
    reports: createReports({ dir: folder('reports'), blobs: store }),
    probes: createProbes({ variable: (name) => environment.inherited[name] }),
    ...openDecisionPorts({ environment, home }),
    notifications: createNotifications({
      settings: async () => (await readSettings(home)).notifications,
      secretOf: (name) => environment.notify[name],
      webUi: options.webUi ?? { address: null, namespace: 'default' },
    }),
    findForge: createFindForge(environment.forge),
    sandbox: sandbox.level,
    providerOf: (model) => providerOf(clientFor(model)),
  });
  const metrics =
    environment.metricsAddress === undefined
      ? null
      : await startMetricsServer({
          address: environment.metricsAddress,
          reportsDir: folder('reports'),
          warn: options.warn ?? (() => undefined),
        });
  return {
    activities,
    stop: async () => {
      await metrics?.stop();
      await thinking.stop();
      await workspace.stop();
      await checking.stop();
      await recorder?.close();
    },
  };
}

function startRecording(
  { dir, ...head }: RecordingTarget,
  { anthropic }: Environment,
): Promise<PlaybookRecorder> {
  const secrets = anthropic.apiKey === undefined ? [] : [anthropic.apiKey];
  return createPlaybookRecorder(dir, { ...head, secrets });
}
