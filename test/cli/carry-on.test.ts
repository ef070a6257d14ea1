// Needs no server: commands that carry an objective on, over the real client and a scripted gateway.
import { attach } from '../../src/cli/commands/attach';
import { describeNeed } from '../../src/cli/live/questions';
import type { Services } from '../../src/cli/services';
import { createDepartmentClient, type DepartmentClient } from '../../src/client/department-client';
import { UserError } from '../../src/domain/common/user-error';
import { createFakeGateway, execution } from '../client/fake-gateway';
import { eventLines } from '../e2e/event-lines';
import { escalation, ID, status, task } from './fixtures';
import { runCommand, type Ran } from './run-command';

// The product imports it by the name it has once it is built.
jest.mock(
  '../../src/cli/live/inquirer-prompts.js',
  () => jest.requireActual<object>('../../src/cli/live/inquirer-prompts'),
  { virtual: true },
);

interface Watched {
  readonly department?: Partial<DepartmentClient>;
  /** How the worker of this process ends; left out: it goes on. */
  readonly workerEnded?: Promise<void>;
  readonly webUi?: string;
  readonly services?: object;
  /** At a terminal, where somebody can be asked until this is aborted. */
  readonly asked?: AbortSignal;
}

/** `attach --no-wait --json` to a delivered objective, or to what `department` says of it. */
async function attachTo(watched: Watched): Promise<Ran & { readonly failed: unknown }> {
  const gateway = createFakeGateway({ executions: [execution(ID)] });
  const department = { ...createDepartmentClient(gateway), ...watched.department };
  const server = {
    kind: 'embedded',
    openDepartment: () => Promise.resolve(department),
    startWorker: () =>
      Promise.resolve({
        ended: watched.workerEnded ?? new Promise(() => undefined),
        shutdown: () => Promise.resolve(),
      }),
    workflowUrl: () => watched.webUi ?? null,
    release: () => Promise.resolve(),
  };
  const services = {
    useServerWithHistory: () => Promise.resolve(server),
    ...watched.services,
  } as unknown as Partial<Services>;
  let failed: unknown = null;
  const command = {
    ...attach,
    run: async (...call: Parameters<typeof attach.run>) => {
      try {
        return await attach.run(...call);
      } catch (error) {
        failed = error;
        return 1 as const;
      }
    },
  };
  const { asked } = watched;
  const ran =
    asked === undefined
      ? await runCommand(command, [ID], { wait: false }, {}, { json: true, services })
      : await runCommand(
          command,
          [ID],
          { wait: true },
          {},
          { screen: { noColor: true }, person: true, signal: asked, services },
        );
  return { ...ran, failed };
}

const delivered = {
  objectiveId: ID,
  outcome: 'delivered',
  reason: null,
  branch: `coordinator/${ID}`,
  commit: 'c'.repeat(40),
  report: '/r.md',
} as const;

test('a worker that breaks off ends the stream with a result that has the exit code', async () => {
  const workerEnded = Promise.reject(new UserError('The server went away.', 'temporal-unreachable'));
  workerEnded.catch(() => undefined);
  const { out, failed } = await attachTo({
    department: { snapshot: () => Promise.resolve(status()), resultIfClosed: () => Promise.resolve(null) },
    workerEnded,
  });
  expect(eventLines(out).at(-1)).toMatchObject({ type: 'result', objective: ID, outcome: null, exitCode: 5 });
  expect(failed).toMatchObject({ exitCode: 5 });
});

test('a defect of ours ends the stream likewise, with 1', async () => {
  const { out, failed } = await attachTo({
    department: {
      snapshot: () => Promise.reject(new TypeError('no such thing')),
      resultIfClosed: () => Promise.resolve(null),
    },
  });
  expect(eventLines(out).at(-1)).toMatchObject({ type: 'result', exitCode: 1 });
  expect(failed).toBeInstanceOf(TypeError);
});

test('a server that goes away after the end changes nothing about how it ended', async () => {
  let looks = 0;
  const { out, err, failed, code } = await attachTo({
    department: {
      snapshot: () => Promise.resolve(status({ state: 'delivered', outcome: 'delivered' })),
      resultIfClosed: () => Promise.resolve((looks += 1) === 1 ? null : delivered),
      pendingNotifications: () => Promise.reject(new UserError('gone', 'temporal-unreachable')),
    },
  });
  expect({ failed, code }).toEqual({ failed: null, code: 0 });
  expect(eventLines(out).at(-1)).toMatchObject({ type: 'result', outcome: 'delivered', exitCode: 0 });
  expect(err).toMatch(/last notifications may be told by the next worker only: gone/);
});

test('a signal while it asks whether to keep the Web UI up ends the command as the objective ended', async () => {
  const interrupt = new AbortController();
  let shown = '';
  const screen = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    shown += String(chunk);
    if (shown.includes('Keep the Web UI up at http://127.0.0.1:8233/x?')) interrupt.abort();
    return true;
  });
  try {
    let looks = 0;
    const { code, failed } = await attachTo({
      department: {
        snapshot: () => Promise.resolve(status({ state: 'delivered', outcome: 'delivered' })),
        resultIfClosed: () => Promise.resolve((looks += 1) === 1 ? null : delivered),
        pendingNotifications: () => Promise.resolve(0),
      },
      webUi: 'http://127.0.0.1:8233/x',
      asked: interrupt.signal,
    });
    expect({ code, failed }).toEqual({ code: 0, failed: null });
    expect(interrupt.signal.aborted).toBe(true);
  } finally {
    screen.mockRestore();
  }
});

test('a question is asked below what it is decided on', async () => {
  const interrupt = new AbortController();
  let shown = '';
  const screen = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    shown += String(chunk);
    if (shown.includes('Your decision')) interrupt.abort();
    return true;
  });
  try {
    const tasks = [task({ state: 'suspended', commit: 'c'.repeat(40) })];
    const asked = status({ state: 'awaiting-human', escalations: [escalation()], tasks });
    const { out, code } = await attachTo({
      department: { snapshot: () => Promise.resolve(asked), resultIfClosed: () => Promise.resolve(null) },
      services: {
        audit: () => Promise.resolve({ lines: () => Promise.resolve([]) }),
        repositories: () => Promise.resolve({ diff: () => Promise.resolve('diff --git a/x b/x\n+added') }),
      },
      asked: interrupt.signal,
    });
    expect(code).toBe(130);
    expect(out).toMatch(
      /backend-T001-E1 \(security-concern\): [^]*Changed, a{12}\.\.c{12}: 1 file\n[^]*\+added/,
    );
  } finally {
    screen.mockRestore();
  }
});

test('a plan that waits is told with how to approve it, how to change it and how to go on', () => {
  const lines = describeNeed(status({ state: 'awaiting-approval' })).split('\n');
  expect(lines).toEqual([
    `The plan waits for approval: backend-coordinator plan ${ID}, then backend-coordinator plan ${ID} approve`,
    `Or change it before: backend-coordinator plan ${ID} edit`,
    `Then go on with: backend-coordinator attach ${ID}`,
  ]);
});
