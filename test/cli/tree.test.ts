// Needs no server and no terminal: the live tree on streams that behave like one.
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import type { SentMessage } from '../../src/client/department-client';
import { createAsker, type Prompts } from '../../src/cli/live/ask';
import { createDisplay } from '../../src/cli/live/display';
import type { KeyAction } from '../../src/cli/live/keys';
import { describeEscalation } from '../../src/cli/live/questions';
import { renderTree } from '../../src/cli/live/render-tree';
import { createTreeKeys } from '../../src/cli/live/tree-keys';
import { formatCount } from '../../src/cli/live/text';
import { widthOf } from '../../src/cli/live/width';
import { createTerminal } from '../../src/cli/terminal';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { UserError } from '../../src/domain/common/user-error';
import { escalation, ID, status, task } from './fixtures';

const paint = pc.createColors(false);

/** Streams of a terminal of a size, with what was written and whether the keyboard is raw. */
function screen(columns = 100, rows = 40) {
  let raw = false;
  let listened = 0;
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => {
      raw = on;
      listened += on ? 1 : 0;
    },
  });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const terminal = createTerminal(
    { stdin, stdout, stderr: new PassThrough() },
    { json: false, noColor: true, ci: false },
  );
  return {
    terminal,
    stdin,
    stdout,
    raw: () => raw,
    listened: () => listened,
    written: () => String(stdout.read() ?? ''),
  };
}

const running = status({ tasks: [task()] });

describe('the tree', () => {
  test('says what each task waits for, and whom', () => {
    const text = renderTree(
      status({
        tasks: [
          task({ state: 'suspended', level: 4, waitingFor: 'backend-T001-E1', doing: 'waits for a human' }),
          task({ id: 'backend-T002', state: 'suspended', waitingFor: 'contract:openapi', doing: 'waits' }),
          task({ id: 'backend-T003', state: 'pending', dependsOn: ['backend-T004', 'backend-T001'] }),
          task({ id: 'backend-T004', state: 'merged' }),
        ],
        escalations: [escalation()],
      }),
      { columns: 100, paint, uiUrl: null },
    );
    expect(text).toMatch(/backend-T001 .* waits for you: backend-T001-E1$/m);
    expect(text).toMatch(/backend-T002 .* waits for you: contract openapi$/m);
    expect(text).toMatch(/backend-T003 .* waits for backend-T001$/m);
  });

  test('names whom the rules keep a question or review for, and what silence decides when', () => {
    const asked = escalation({ for: 'security (lin, ada)', defaultAt: '2030-01-01T10:01:00.000Z' });
    const text = renderTree(
      status({
        tasks: [
          task({ state: 'suspended', level: 4, waitingFor: 'backend-T001-E1' }),
          task({ id: 'backend-T002', state: 'suspended', waitingFor: 'contract:openapi' }),
        ],
        escalations: [asked],
        reviewers: { contract: 'architect (sam)' },
      }),
      { columns: 120, paint, uiUrl: null },
    );
    expect(text).toMatch(/backend-T001 .* waits for security \(lin, ada\): backend-T001-E1$/m);
    expect(text).toMatch(/backend-T002 .* waits for architect \(sam\): contract openapi$/m);
    for (const shown of [text, describeEscalation(ID, asked)]) {
      expect(shown).toMatch(/^ {2}for security \(lin, ada\)$/m);
      expect(shown).toMatch(/^ {2}without an answer retry is taken at 2030-01-01 10:01 UTC$/m);
    }
  });

  test('tells tokens and money of the run, and of each task as far as the width allows', () => {
    const usage = { ...NO_USAGE, input: 12_000, output: 345, usd: 0.5 };
    const costly = status({ usage: { ...usage, usd: 1.25 }, tasks: [task({ usage, doing: 'writing' })] });
    const at = (columns: number) => renderTree(costly, { columns, paint, uiUrl: null });
    expect(at(120)).toMatch(/1\.25 USD · 12\.3k tokens/);
    expect(at(120)).toMatch(/2m05s 12\.3k {2}\$0\.50 {2}writing/);
    expect(at(82)).toMatch(/2m05s 12\.3k {2}writing/);
    expect(at(60)).not.toMatch(/12\.3k {2}/);
    for (const width of [60, 80, 120]) {
      for (const line of at(width).split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
    }
  });

  test('wide characters keep within the columns there are', () => {
    const wide = status({
      objective: '注文の一覧にカーソルページングを追加する'.repeat(4),
      tasks: [task({ doing: '設計中'.repeat(30) }), task({ id: 'backend-T002', title: '👩‍👩‍👧‍👦'.repeat(40) })],
      escalations: [escalation({ question: '秘密'.repeat(60) })],
    });
    const lines = renderTree(wide, { columns: 80, paint, uiUrl: null, call: () => 'resolve' }).split('\n');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.some((line) => widthOf(line) >= 79)).toBe(true);
  });

  test.each([
    [950, '950'],
    [12_345, '12.3k'],
    [99_960, '100k'],
    [999_600, '1.0M'],
    [4_500_000, '4.5M'],
  ])('%d is written as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

/** What a terminal shows after these bytes: as much of one as the live tree uses. */
function picture(bytes: string): readonly string[] {
  // eslint-disable-next-line no-control-regex -- control sequences are what it obeys
  const TOKENS = /\u001b\[([0-9;?]*)([A-Za-z])|([^])/gu;
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  for (const [, count = '', order = '', text = ''] of bytes.matchAll(TOKENS)) {
    const far = Number(count === '' ? 1 : count);
    if (order === 'A') row = Math.max(0, row - far);
    else if (order === 'B') row = Math.min(lines.length - 1, row + far);
    else if (order === 'G') column = far - 1;
    else if (order === 'K') lines[row] = count === '2' ? '' : (lines[row] ?? '').slice(0, column);
    else if (text === '\n') {
      row += 1;
      column = 0;
      if (row === lines.length) lines.push('');
    } else if (text !== '') {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + text + line.slice(column + 1);
      column += 1;
    }
  }
  return lines.map((line) => line.trimEnd());
}

describe('the live display', () => {
  test('shows the whole tree, once, after it became higher and lower', async () => {
    const tty = screen(80, 40);
    const display = await createDisplay(tty.terminal, {
      uiUrl: null,
      call: () => 'resolve',
      onKey: () => undefined,
    });
    const tasks = [1, 2, 3].map((number) => task({ id: `backend-T00${String(number)}` }));
    const steps = [
      status(),
      status({ tasks }),
      status({ tasks, escalations: [escalation()] }),
      status({ tasks }),
    ];
    let bytes = '';
    for (const step of steps) {
      display.show({ ...step, outcome: 'delivered' });
      bytes += tty.written();
      const keys = ['e answer · p pause · d detach · ? help'];
      const expected = renderTree(
        { ...step, outcome: 'delivered' },
        { columns: 80, rows: 40, paint, uiUrl: null, call: () => 'resolve', keys },
      );
      expect(picture(bytes).join('\n').trimEnd()).toBe(expected.trimEnd());
    }
    display.close();
  });

  test('takes the keyboard again and draws anew when the job goes on after it was stopped', async () => {
    const tty = screen();
    const display = await createDisplay(tty.terminal, { uiUrl: null, onKey: () => undefined });
    display.show(running);
    tty.written();
    process.emit('SIGCONT', 'SIGCONT');
    expect(tty.listened()).toBe(2);
    expect(tty.raw()).toBe(true);
    expect(tty.written()).toContain('backend-T001');
    display.pause();
    process.emit('SIGCONT', 'SIGCONT');
    expect(tty.raw()).toBe(false);
    display.close();
    expect(process.listenerCount('SIGCONT')).toBe(0);
  });

  test('what a model says does not reach the terminal by a note', async () => {
    const tty = screen();
    const display = await createDisplay(tty.terminal, { uiUrl: null });
    display.note('said \u001b]0;owned\u0007');
    expect(tty.written()).not.toContain('\u001b]');
    display.close();
  });

  test('reads keys while it is shown, hands the keyboard to a prompt, and leaves it as it was', async () => {
    const tty = screen();
    const keys: KeyAction[] = [];
    const display = await createDisplay(tty.terminal, { uiUrl: null, onKey: (key) => keys.push(key) });
    expect(tty.raw()).toBe(false);
    display.show(running);
    expect(tty.raw()).toBe(true);
    for (const typed of ['e', '\r', 'p', 'd', 'x', '\u001b[A', '\u0003']) {
      tty.stdin.write(typed);
      await sleep(1);
    }
    expect(keys).toEqual(['open', 'open', 'pause', 'detach', 'interrupt']);
    display.pause();
    expect(tty.raw()).toBe(false);
    tty.stdin.write('d');
    await sleep(1);
    expect(keys).toHaveLength(5);
    display.show(running);
    expect(tty.listened()).toBe(2);
    display.close();
    expect(tty.raw()).toBe(false);
    expect(tty.stdin.listenerCount('data')).toBe(0);
    expect(tty.stdout.listenerCount('resize')).toBe(0);
  });

  test('? shows what the keys do, and hides it again; the last picture is without them', async () => {
    const tty = screen();
    const display = await createDisplay(tty.terminal, { uiUrl: null, onKey: () => undefined });
    display.show(running);
    expect(tty.written()).toContain('e answer · p pause · d detach · ? help');
    tty.stdin.write('?');
    await sleep(1);
    expect(tty.written()).toContain('d leaves it to the background');
    tty.stdin.write('?');
    await sleep(1);
    expect(tty.written()).toContain('? help');
    display.close();
    expect(tty.written()).not.toContain('? help');
  });

  test('writes nothing while a prompt has the terminal', async () => {
    const tty = screen();
    const display = await createDisplay(tty.terminal, { uiUrl: null, onKey: () => undefined });
    display.show(running);
    display.pause();
    tty.written();
    tty.stdout.emit('resize');
    await sleep(1300);
    expect(tty.written()).toBe('');
    display.close();
  });

  test('a window of another size is cleared and drawn anew, once, within its width', async () => {
    const tty = screen(120, 40);
    const display = await createDisplay(tty.terminal, { uiUrl: null, onKey: () => undefined });
    display.show(status({ tasks: [task({ doing: 'y'.repeat(200) })] }));
    tty.written();
    tty.stdout.columns = 50;
    for (let dragged = 0; dragged < 20; dragged += 1) tty.stdout.emit('resize');
    await sleep(150);
    const redrawn = tty.written();
    expect(redrawn.split('\u001b[2J')).toHaveLength(2);
    const after = redrawn.split('\u001b[2J')[1] ?? '';
    // eslint-disable-next-line no-control-regex -- control sequences are what it takes away
    for (const line of after.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, '').split('\n')) {
      expect([...line].length).toBeLessThanOrEqual(50);
    }
    display.close();
  });

  test('redraws only the lines that changed', async () => {
    const tasks = Array.from({ length: 30 }, (_, index) =>
      task({ id: `backend-T${String(index + 1).padStart(3, '0')}`, state: 'merged', endedAt: running.now }),
    );
    const tty = screen(100, 60);
    const display = await createDisplay(tty.terminal, { uiUrl: null });
    display.show(
      status({ outcome: 'delivered', tasks: [...tasks, task({ id: 'backend-T031', doing: 'first' })] }),
    );
    const whole = tty.written().length;
    display.show(
      status({ outcome: 'delivered', tasks: [...tasks, task({ id: 'backend-T031', doing: 'second' })] }),
    );
    const patch = tty.written();
    expect(patch).toContain('second');
    expect(patch).not.toContain('backend-T001');
    expect(patch.length).toBeLessThan(whole / 5);
    display.close();
  });
});

const asking = status({ state: 'awaiting-human', escalations: [escalation()], tasks: [task()] });

function scriptedAsker(answers: readonly string[]) {
  const shown: string[] = [];
  const sent: unknown[] = [];
  const left = [...answers];
  const prompts: Prompts = {
    select: ({ message }) => {
      shown.push(message);
      const next = left.shift();
      return next === undefined
        ? Promise.reject(new Error('No more answers are scripted.'))
        : Promise.resolve(next);
    },
    input: () => Promise.resolve(''),
  };
  const display = {
    show: () => undefined,
    note: (line: string) => shown.push(line),
    pause: () => undefined,
    close: () => undefined,
  };
  const department = {
    send: (request: { payload: unknown }): Promise<SentMessage> => {
      sent.push(request.payload);
      return Promise.resolve({ applied: true, message: 'decided' });
    },
    snapshot: (): Promise<ObjectiveStatus | null> => Promise.resolve(asking),
  };
  const asker = createAsker({
    department,
    display,
    prompts,
    by: 'ann@tty',
    signal: new AbortController().signal,
  });
  return { asker, display, department, shown, sent };
}

describe('keys of the tree', () => {
  const keysOver = (made: ReturnType<typeof scriptedAsker>, detach: (() => void) | null = null) =>
    createTreeKeys({
      department: made.department,
      objectiveId: ID,
      by: 'ann@tty',
      display: () => made.display,
      asker: () => made.asker,
      detach,
      interrupt: () => undefined,
      suspend: () => undefined,
    });

  test('a question is asked when it first appears, not again when left for later, and again on the key', async () => {
    const made = scriptedAsker(['later', 'retry']);
    const keys = keysOver(made);
    await keys.ask(asking);
    await keys.ask(asking);
    expect(made.sent).toEqual([]);
    keys.onKey('open');
    await keys.ask(asking);
    expect(made.sent).toMatchObject([{ escalationId: 'backend-T001-E1', decision: 'retry', by: 'ann@tty' }]);
    expect(made.shown.filter((line) => line === 'Your decision')).toHaveLength(2);
  });

  test('p pauses what runs and resumes what is paused; the answer is told with the next snapshot', async () => {
    const made = scriptedAsker([]);
    const names: unknown[] = [];
    const keys = keysOver({
      ...made,
      department: {
        ...made.department,
        send: ({ name }: { readonly name?: unknown; readonly payload: unknown }) => {
          names.push(name);
          return name === 'resume'
            ? Promise.reject(new UserError('It is not paused.', 'bad-input'))
            : Promise.resolve({ applied: true, message: 'paused' });
        },
      },
    });
    await keys.ask(running);
    keys.onKey('pause');
    await sleep(1);
    expect(made.shown).toEqual([]);
    await keys.ask(status({ state: 'paused' }));
    keys.onKey('pause');
    await sleep(1);
    await keys.ask(running);
    expect(names).toEqual(['pause', 'resume']);
    expect(made.shown).toEqual(['paused', 'It is not paused.']);
  });

  test('d leaves it to the background, but not a run that is recorded', async () => {
    const made = scriptedAsker([]);
    let detached = 0;
    keysOver(made, () => (detached += 1)).onKey('detach');
    expect(detached).toBe(1);
    const recorded = keysOver(made);
    recorded.onKey('detach');
    await recorded.ask(running);
    expect(made.shown).toEqual(['A run that is recorded cannot be left to the background.']);
  });
});
