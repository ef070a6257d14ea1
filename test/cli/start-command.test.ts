// Needs no server: `start-objective` over the real client and a scripted gateway.
import { startObjective } from '../../src/cli/commands/start-objective';
import type { CommandContext } from '../../src/cli/command';
import type { Services } from '../../src/cli/services';
import { prepareObjective } from '../../src/cli/start/prepare-objective';
import { parseStart } from '../../src/cli/start/run-flags';
import { createDepartmentClient } from '../../src/client/department-client';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { NO_SETTINGS } from '../../src/domain/notification/settings';
import { SURVEY } from '../activities/ports';
import { createFakeGateway, execution } from '../client/fake-gateway';
import { eventLines } from '../e2e/event-lines';
import { captureTerminal, status } from './fixtures';
import { runCommand } from './run-command';

const OBJECTIVE = 'Add login';

/** Services that know one repository, a sample or somebody's own, and a machine with a sandbox. */
const machine = (sample: string | null): Partial<Services> => ({
  findSample: () => Promise.resolve({ name: 'orders-service', version: '1', path: '/x' }) as never,
  findTarget: () =>
    Promise.resolve({
      source: { kind: 'path', path: '/srv/shop' },
      identity: '/srv/shop',
      baseRef: 'main',
      baseCommit: 'a'.repeat(40),
      notes: [],
      sample,
    }),
  findCoverage: () =>
    Promise.resolve({ playbook: { name: 'auth', scenarios: ['default'] }, covered: '' } as never),
  surveyTarget: () =>
    Promise.resolve({
      survey: SURVEY,
      trustHash: 'ab12'.repeat(16),
      configuration: null,
      commands: 'npm test',
      lacking: [],
      roles: [],
      roleNotes: [],
    }),
  probeSandbox: () => Promise.resolve({ level: 'bubblewrap', detail: 'works' } as never),
});

/** Starts what an open objective is there for already; `now`: what that says of itself, null: nobody answers. */
async function startAgain(flags: Record<string, unknown>, now: ObjectiveStatus | null) {
  const first = await prepared(machine('orders-service'), {});
  const id = first.input.objectiveId;
  const gateway = createFakeGateway({
    executions: [
      execution(id, {
        memo: { objective: OBJECTIVE, repository: '', base: '', model: '', startId: 'of somebody else' },
      }),
    ],
  });
  const department = {
    ...createDepartmentClient(gateway),
    snapshot: () => Promise.resolve(now),
    pendingNotifications: () => Promise.resolve(0),
    resultIfClosed: () =>
      Promise.resolve({
        objectiveId: id,
        outcome: 'aborted',
        reason: null,
        branch: null,
        commit: null,
        report: null,
      }),
  };
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(department),
    startWorker: () =>
      Promise.resolve({ ended: new Promise(() => undefined), shutdown: () => Promise.resolve() }),
    workflowUrl: () => null,
    release: () => Promise.resolve(),
  };
  const services = { ...machine('orders-service'), useServer: () => Promise.resolve(server) };
  return runCommand(
    startObjective,
    [OBJECTIVE],
    { wait: false, ...flags },
    {},
    {
      json: true,
      services: services as unknown as Partial<Services>,
    },
  );
}

async function prepared(services: Partial<Services>, flags: Record<string, unknown>, interactive = false) {
  const { terminal } = captureTerminal();
  const context: CommandContext = {
    terminal: { ...terminal, interactive },
    environment: readEnvironment({ COORDINATOR_MODEL: 'offline' }),
    home: { home: '/nowhere', cache: '/nowhere' },
    services: services as Services,
    signal: new AbortController().signal,
    cwd: '/',
    call: byName,
  };
  return prepareObjective(context, parseStart([OBJECTIVE], flags, NO_SETTINGS));
}

describe('the same command again while the objective is under way', () => {
  test('tells budget and model of what runs, not what this command asks for', async () => {
    const { out, err } = await startAgain(
      { budgetUsd: '50' },
      status({ budgetUsd: 3, model: { kind: 'anthropic' } }),
    );
    expect(eventLines(out)[0]).toMatchObject({ type: 'started', attached: true, budgetUsd: 3 });
    expect(err).toMatch(
      /Budget at most 50\.00 USD[^]*Already under way[^]*It keeps the options it was started with; .*budget objective-[^]*Budget at most 3\.00 USD\nModel Claude/,
    );
  });

  test('where nobody answers, it still says that the options are those of the start', async () => {
    const { err } = await startAgain({}, null);
    expect(err).toContain('It keeps the options it was started with');
  });
});

test('with --no-wait nobody is asked to trust a repository, at a terminal either', async () => {
  const asked = prepared(machine(null), { wait: false }, true);
  await expect(asked).rejects.toThrow(/not trusted yet; .*--trust ab12/);
});
