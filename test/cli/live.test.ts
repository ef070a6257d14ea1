// Needs no server: pure views, and a watch over a scripted department.
import pc from 'picocolors';
import type { ObjectiveResult, ObjectiveStatus } from '../../src/domain/objective/status';
import { TemporalUnreachableError } from '../../src/domain/common/user-error';
import { createLineDisplay, type Display } from '../../src/cli/live/display';
import { followObjective } from '../../src/cli/live/follow';
import { describeNeed, needsHuman } from '../../src/cli/live/questions';
import { renderTree } from '../../src/cli/live/render-tree';
import { plain } from '../../src/cli/live/text';
import { captureTerminal, escalation, ID, status, task } from './fixtures';

const paint = pc.createColors(false);
const view = { columns: 100, paint, uiUrl: 'http://127.0.0.1:8233/namespaces/default/workflows/x' };

describe('the tree', () => {
  test('shows objective, Web UI, model label, tasks by group and how to answer what is open', () => {
    const text = renderTree(
      status({
        tasks: [
          task({ doing: 'writing openapi.yaml' }),
          task({ id: 'backend-T002', group: 2, state: 'suspended', level: 4 }),
        ],
        escalations: [escalation({ id: 'backend-T002-E1' })],
      }),
      view,
    );
    expect(text).toContain('workflows/x');
    expect(text).toContain('no Claude was asked');
    expect(text).toMatch(/backend-T001 @api-architect +running +2m05s {2}writing openapi.yaml/);
    expect(text).toMatch(/backend-T002 .*suspended +L4/);
    expect(text).toContain(`resolve ${ID} backend-T002-E1 --decision retry --option retry`);
  });

  test('no line is wider than the terminal but the ones to be copied', () => {
    const text = renderTree(
      status({ objective: 'x'.repeat(500), tasks: [task({ doing: 'y'.repeat(500) })] }),
      {
        ...view,
        columns: 60,
        uiUrl: null,
      },
    );
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(60);
  });

  test('on a low screen it keeps within the lines there are, what moves first', () => {
    const tasks = Array.from({ length: 60 }, (_, index) =>
      task({
        id: `backend-T${String(index + 1).padStart(3, '0')}`,
        group: index,
        state: index === 40 ? 'running' : 'merged',
      }),
    );
    const lines = renderTree(status({ tasks }), { ...view, rows: 24 }).split('\n');
    expect(lines.length).toBeLessThan(24);
    expect(lines.join('\n')).toMatch(/backend-T041 .*\n… 59 merged/);
  });

  test('an address too wide for redrawn lines becomes the one of the server', () => {
    const text = renderTree(status(), { ...view, columns: 40, rows: 24 });
    expect(text).toContain('Web UI  http://127.0.0.1:8233\n');
  });

  test('escape sequences of a model do not reach the terminal', () => {
    expect(plain('a\u001b[2Jb\u0007\r\nc')).toBe('ab c');
  });
});

describe('whether a human is needed', () => {
  test('not while an independent task is at work', () => {
    const asked = {
      tasks: [task({ state: 'suspended' }), task({ id: 'backend-T002' })],
      escalations: [escalation()],
    };
    expect(needsHuman(status({ state: 'awaiting-human', ...asked }))).toBe(false);
  });

  test('not while a task is about to start', () => {
    const asked = {
      tasks: [task({ state: 'suspended' }), task({ id: 'backend-T002', state: 'pending' })],
      escalations: [escalation()],
    };
    expect(needsHuman(status({ state: 'awaiting-human', ...asked }))).toBe(false);
  });

  test('yes when all that is left hangs on the open question', () => {
    const asked = {
      tasks: [
        task({ state: 'suspended' }),
        task({ id: 'backend-T002', state: 'pending', dependsOn: ['backend-T001'] }),
      ],
      escalations: [escalation()],
    };
    const stuck = status({ state: 'awaiting-human', ...asked });
    expect(needsHuman(stuck)).toBe(true);
    expect(describeNeed(stuck)).toContain(
      `backend-coordinator resolve ${ID} backend-T001-E1 --decision retry`,
    );
  });

  test('not while an answer is being taken in', () => {
    const asked = { tasks: [task({ state: 'suspended' })], escalations: [escalation()] };
    const stuck = status({ state: 'awaiting-human', ...asked });
    expect([needsHuman(stuck), needsHuman({ ...stuck, takingIn: true })]).toEqual([true, false]);
  });

  test('yes when the plan waits for approval', () => {
    expect(needsHuman(status({ state: 'awaiting-approval' }))).toBe(true);
  });
});

test('lines: every event once, and a gap is told', () => {
  const { terminal, out } = captureTerminal({ json: true });
  const display = createLineDisplay(terminal);
  const event = (seq: number): ObjectiveStatus['events'][number] => ({
    seq,
    at: '2030-01-01T00:00:01.000Z',
    taskId: null,
    text: `event ${String(seq)}`,
  });
  display.show(status({ events: [event(3), event(4)] }));
  display.show(status({ events: [event(4), event(5)] }));
  const seqs = out()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(seqs).toEqual([3, 4, 5]);
});

describe('watching', () => {
  const silent: Display & { readonly notes: string[] } = {
    notes: [],
    show: () => undefined,
    note(line) {
      this.notes.push(line);
    },
    pause: () => undefined,
    close: () => undefined,
  };
  const result: ObjectiveResult = {
    objectiveId: ID,
    outcome: 'delivered',
    reason: null,
    branch: 'b',
    commit: 'c',
    report: 'r',
  };
  const watch = (
    snapshots: readonly (ObjectiveStatus | Error | null)[],
    over: { closed?: ObjectiveResult | null; signal?: AbortSignal; patienceMs?: number } = {},
  ) => {
    let asked = 0;
    return followObjective({
      department: {
        snapshot: () => {
          const next = snapshots[Math.min(asked++, snapshots.length - 1)] ?? null;
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
        },
        resultIfClosed: () => Promise.resolve(over.closed ?? null),
      },
      objectiveId: ID,
      display: silent,
      endWhenStuck: true,
      signal: over.signal ?? new AbortController().signal,
      pollMs: 1,
      ...(over.patienceMs === undefined ? {} : { patienceMs: over.patienceMs }),
    });
  };

  test('ends with the result of a closed workflow', async () => {
    expect(await watch([status({ outcome: 'delivered' })], { closed: result })).toMatchObject({
      kind: 'ended',
      result,
    });
  });

  test('ends when it stays stuck, not at the first look', async () => {
    const stuck = status({
      state: 'awaiting-human',
      tasks: [task({ state: 'suspended' })],
      escalations: [escalation()],
    });
    const end = await watch([stuck, status({ tasks: [task()] }), stuck, stuck, stuck]);
    expect(end.kind).toBe('needs-human');
  });

  test('an interruption ends the watch, not the objective', async () => {
    expect(await watch([status()], { signal: AbortSignal.abort() })).toEqual({ kind: 'interrupted' });
  });

  test('a server lost for a while is waited for', async () => {
    const lost = new TemporalUnreachableError('gone');
    const end = await watch([lost, lost, status({ outcome: 'delivered' })], { closed: result });
    expect(end.kind).toBe('ended');
    expect(silent.notes).toContain('The Temporal server is back.');
  });

  test('a server lost for good ends the watch with exit 5', async () => {
    await expect(watch([new TemporalUnreachableError('gone')], { patienceMs: 5 })).rejects.toMatchObject({
      exitCode: 5,
    });
  });

  test('a query without an answer is no sign of life of a server that is lost', async () => {
    const notes: string[] = [];
    let looks = 0;
    const tired = new AbortController();
    const end = followObjective({
      department: {
        snapshot: () => Promise.resolve(null),
        resultIfClosed: () => {
          if ((looks += 1) > 1000) tired.abort();
          return Promise.reject(new TemporalUnreachableError('gone'));
        },
      },
      objectiveId: ID,
      display: { ...silent, note: (line) => notes.push(line) },
      endWhenStuck: true,
      signal: tired.signal,
      pollMs: 1,
      patienceMs: 5,
    });
    await expect(end).rejects.toMatchObject({ exitCode: 5 });
    expect(notes).toEqual(['The Temporal server does not answer; waiting for it (nothing is lost).']);
  });

  test('a lost server that tells how it ended is back before that', async () => {
    const notes: string[] = [];
    let looks = 0;
    const end = await followObjective({
      department: {
        snapshot: () => Promise.resolve(null),
        resultIfClosed: () =>
          (looks += 1) === 1 ? Promise.reject(new TemporalUnreachableError('gone')) : Promise.resolve(result),
      },
      objectiveId: ID,
      display: { ...silent, note: (line) => notes.push(line) },
      endWhenStuck: true,
      signal: new AbortController().signal,
      pollMs: 1,
    });
    expect(end).toEqual({ kind: 'ended', result, status: null });
    expect(notes.at(-1)).toBe('The Temporal server is back.');
  });
});
