// Needs a writable temporary folder: what the client does to a whole objective, over a scripted gateway and a real log.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { audit } from '../../src/cli/commands/audit';
import { cancel } from '../../src/cli/commands/cancel';
import { deployed } from '../../src/cli/commands/deployed';
import { rewind } from '../../src/cli/commands/rewind';
import type { Command } from '../../src/cli/command';
import { osUser } from '../../src/cli/speaker';
import { createDepartmentClient } from '../../src/client/department-client';
import { createDesk } from '../../src/cli/desk/desk';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import type { CommandContext } from '../../src/cli/command';
import type { AuditLine } from '../../src/domain/escalation/audit';
import { deploymentWatchId } from '../../src/domain/deployment/deployment-watch';
import { captureTerminal, ID } from '../cli/fixtures';
import { runCommand, type Script } from '../cli/run-command';
import { createFakeGateway, execution } from './fake-gateway';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'on-record-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const log = () => createAuditLog({ folder: join(folder, 'audit') });
const reader = () => createAuditReader({ folder: join(folder, 'audit') });

let move: () => Promise<void>;
beforeEach(() => {
  move = () => Promise.resolve();
});

/** The services of a command whose client keeps a record in the folder. */
function services(script: Script) {
  const gateway = createFakeGateway(script);
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(createDepartmentClient(gateway, undefined, null, log())),
    workflowUrl: () => null,
    release: () => Promise.resolve(),
  };
  const use = () => Promise.resolve(server);
  const code = { keep: () => Promise.resolve('refs/left/1'), move: () => move() };
  return {
    useServer: use,
    useServerWithHistory: use,
    audit: () => Promise.resolve(reader()),
    rewinding: () => Promise.resolve(code),
  } as unknown as Partial<CommandContext['services']>;
}

const run = (command: Command, flags: Readonly<Record<string, unknown>>, script: Script = open) =>
  runCommand(command, [ID], flags, script, { services: services(script) });

async function only(): Promise<Extract<AuditLine, { kind: 'decision' }>> {
  const { lines, unread } = await reader().list();
  const [line] = lines;
  if (line?.kind !== 'decision' || lines.length !== 1 || unread > 0) throw new Error('not one line');
  return line;
}

const open: Script = { executions: [execution(ID, { memo: { repository: '/srv/shop' } })], worker: true };
const here = { person: osUser(), via: 'cli' };

describe('on record', () => {
  test('is who cancelled a whole objective, when, from where and why', async () => {
    const before = new Date().toISOString();
    const { code } = await run(cancel, { by: 'ada', reason: 'password=hunter2Secret9 is out' });
    expect(code).toBe(0);
    const line = await only();
    expect(line).toMatchObject({
      objective: ID,
      repositoryLabel: '/srv/shop',
      message: 'cancelObjective',
      who: { by: 'ada', ...here, channel: 'client' },
      decision: { reason: expect.stringContaining('[redacted') },
      saw: null,
    });
    expect(line.at >= before).toBe(true);
  });

  test('is it without a reason, too, and it stands in the list and in the chain', async () => {
    await run(cancel, {});
    expect(await only()).toMatchObject({ who: { by: 'ann@cli' }, decision: {} });
    const script = { services: services(open) };
    const list = await runCommand(audit, ['list'], { objective: ID }, open, script);
    expect(list.out).toMatch(
      new RegExp(`^1 .* ${ID} cancelObjective by ${osUser()} at cli \\(client\\): {}`),
    );
    const verify = await runCommand(audit, ['verify'], {}, open, script);
    expect([verify.code, verify.out]).toEqual([0, expect.stringMatching(/^1 lines hold/)]);
  });

  test('is not what was refused', async () => {
    const closed = execution(ID, { state: 'cancelled' });
    await expect(run(cancel, {}, { executions: [closed] })).rejects.toMatchObject({ exitCode: 2 });
    expect((await reader().list()).lines).toEqual([]);
  });

  test('is who cancelled by MCP', async () => {
    const { terminal } = captureTerminal({ json: false, person: false });
    const desk = createDesk(
      {
        terminal,
        environment: readEnvironment({}),
        services: services(open),
        call: byName,
      } as unknown as CommandContext,
      { allowUnsandboxed: false, from: { person: 'ada', channel: 'mcp' } },
    );
    await desk.cancel({ id: ID, by: 'ada@agent', reason: 'not now' });
    await desk.close();
    expect(await only()).toMatchObject({
      message: 'cancelObjective',
      who: { by: 'ada@agent', person: 'ada', via: 'mcp' },
      decision: { reason: 'not now' },
    });
  });

  const merged: Script = {
    ...open,
    runs: [
      {
        runId: 'first',
        steps: [
          { kind: 'scheduled', id: 5, activity: 'mergeTask', request: { taskId: 'backend-T001' } },
          { kind: 'completed', scheduled: 5, result: { outcome: 'merged', head: 'a'.repeat(40) } },
          { kind: 'task-ended', id: 9 },
        ],
      },
    ],
  };

  test('is who took an objective back, and to where', async () => {
    expect((await run(rewind, { to: 'backend-T001', by: 'ada' }, merged)).code).toBe(0);
    expect(await only()).toMatchObject({
      objective: ID,
      message: 'rewind',
      who: { by: 'ada', ...here, channel: 'client' },
      decision: { to: 'backend-T001', head: 'a'.repeat(40), abandoned: 'refs/left/1' },
    });
  });

  test('is who ended an objective to take it back, where that came to nothing behind it', async () => {
    move = () => Promise.reject(new Error('the disk is full'));
    await expect(run(rewind, { to: 'backend-T001', by: 'ada' }, merged)).rejects.toThrow('the disk is full');
    expect(await only()).toMatchObject({
      message: 'rewind',
      who: { by: 'ada' },
      decision: { to: 'backend-T001', failed: 'the disk is full' },
    });
  });

  test('is no rewind that was refused', async () => {
    await expect(run(rewind, { to: 'backend-T002' }, merged)).rejects.toMatchObject({ exitCode: 2 });
    expect((await reader().list()).lines).toEqual([]);
  });

  test('a rewind that cannot be put on record is done, and says so', async () => {
    await writeFile(join(folder, 'audit'), 'no folder');
    const { code, err } = await run(rewind, { to: 'backend-T001' }, merged);
    expect([code, err]).toEqual([0, expect.stringMatching(/was taken back; it is not in the audit log/)]);
  });

  test.each([
    [true, 'update'],
    [false, 'signal'],
  ])('is who reported a deployment (a worker is up: %s)', async (worker, channel) => {
    const watch = deploymentWatchId(ID);
    const script: Script = {
      executions: [execution(watch, { memo: { repository: '/srv/shop' } })],
      worker,
      update: () => ({ accepted: true, message: 'watched' }),
    };
    const said = { environment: 'production', commit: 'a'.repeat(40), at: '2030-01-01T00:00:00Z' };
    expect((await run(deployed, { ...said, by: 'ada' }, script)).code).toBe(0);
    expect(await only()).toMatchObject({
      objective: watch,
      message: 'reportDeployment',
      who: { by: 'ada', ...here, channel },
      decision: { environment: 'production', commit: 'a'.repeat(40), deployedAt: '2030-01-01T00:00:00Z' },
    });
  });

  test('where the log cannot be written it happens all the same, and the answer says that it is not on record', async () => {
    await writeFile(join(folder, 'audit'), 'no folder');
    const { code, out } = await run(cancel, {});
    expect(code).toBe(0);
    expect(out).toMatch(
      /cancelling .*; it is not in the audit log, which cannot be written \(.+\); note it elsewhere/,
    );
  });
});
