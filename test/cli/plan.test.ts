// Needs no server: the command over a scripted department, with a script as the editor.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { CommandContext } from '../../src/cli/command';
import { askAboutPlan } from '../../src/cli/live/ask-plan';
import { editInEditor } from '../../src/cli/plan/edit-in-editor';
import { openPlan } from '../../src/cli/plan/plan-at-hand';
import { readPlanCall, readPlanFlags } from '../../src/cli/plan/plan-call';
import { runPlan } from '../../src/cli/plan/run-plan';
import { speakerAt } from '../../src/cli/speaker';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import type { Plan } from '../../src/domain/plan/plan';
import type { ObjectiveStatus, TaskStatus } from '../../src/domain/objective/status';
import { UserError } from '../../src/domain/common/user-error';
import type { BlobStore } from '../../src/ports/blob-store';
import { findProcess, isRunning, type ProcessMark } from '../../src/process/process-info';
import { eventually } from '../support/eventually';
import { AUTH_ANALYSIS, AUTH_TASKS } from '../domain/tasks';
import { captureTerminal, ID, status as statusOf, task as taskOf } from './fixtures';

const REF = 'a'.repeat(64);
const NEWER = 'b'.repeat(64);
const FACTS = 'c'.repeat(64);
const PLAN: Plan = { summary: 'a plan', tasks: [...AUTH_TASKS] };
const later: Plan = {
  ...PLAN,
  tasks: PLAN.tasks.map((task, index) => (index === 5 ? { ...task, specialist: 'python-pro' } : task)),
};
const stored: Readonly<Record<string, unknown>> = { [REF]: PLAN, [NEWER]: later, [FACTS]: AUTH_ANALYSIS };
const blobs: BlobStore = {
  put: () => Promise.reject(new Error('nothing is stored here')),
  get: (ref) => {
    const value = stored[ref];
    if (value === undefined) return Promise.reject(Object.assign(new Error(ref), { name: 'BlobMissing' }));
    return Promise.resolve(Buffer.from(JSON.stringify(value)));
  },
};

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plan-command-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** A program that edits: it is given the file's path, and `text` its content. */
function editor(body: string): string {
  const script = join(home, 'editor.js');
  writeFileSync(
    script,
    `const fs = require('fs'); const path = process.argv.at(-1); const text = fs.readFileSync(path, 'utf8');\n${body}\n`,
  );
  return `"${process.execPath}" ${script} --wait`;
}
const save = (expression: string): string => `fs.writeFileSync(path, ${expression});`;

interface Stage {
  readonly sent: { name: string; payload: Record<string, unknown>; from?: object | null }[];
  readonly out: () => string;
  readonly err: () => string;
  readonly context: CommandContext;
  readonly stdin: PassThrough;
}

function stage(
  over: {
    readonly status?: Partial<ObjectiveStatus>;
    /** No worker answers. */
    readonly silent?: boolean;
    readonly now?: Partial<ObjectiveStatus>;
    readonly refuse?: string | Error;
    readonly editor?: string;
    readonly interactive?: boolean;
    readonly json?: boolean;
    readonly signal?: AbortSignal;
  } = {},
): Stage {
  const sent: Stage['sent'] = [];
  const tasks = PLAN.tasks.map(({ id, title, specialist, dependsOn }, index): TaskStatus =>
    taskOf({ id, title, specialist, dependsOn, group: index, state: 'pending', startedAt: null }),
  );
  const status = statusOf({
    state: 'awaiting-approval',
    plan: { version: 1, ref: REF, analysis: FACTS, brought: [] },
    tasks,
    ...over.status,
  });
  const department = {
    status: () =>
      Promise.resolve(over.silent === true ? { kind: 'recorded', summary: {} } : { kind: 'live', status }),
    snapshot: () => Promise.resolve({ ...status, ...over.now }),
    send: (message: Stage['sent'][number]) => {
      if (over.refuse instanceof Error) return Promise.reject(over.refuse);
      if (over.refuse !== undefined) return Promise.reject(new UserError(over.refuse, 'bad-input'));
      sent.push(message);
      return Promise.resolve({ applied: true, message: 'edited: the plan is at version 2 now' });
    },
    hasWorker: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(department),
    release: () => Promise.resolve(),
  };
  const people = captureTerminal(over.json === true ? { json: true } : {});
  const stdin = new PassThrough();
  return {
    sent,
    stdin,
    out: people.out,
    err: people.err,
    context: {
      terminal: {
        ...people.terminal,
        interactive: over.interactive ?? false,
        streams: { ...people.terminal.streams, stdin },
      },
      environment: readEnvironment({
        USER: 'ann',
        PATH: process.env['PATH'],
        ...(over.editor === undefined ? {} : { EDITOR: over.editor }),
      }),
      home: { home, cache: home },
      services: {
        useServerWithHistory: () => Promise.resolve(server),
        blobs: () => Promise.resolve(blobs),
      } as unknown as CommandContext['services'],
      signal: over.signal ?? new AbortController().signal,
      cwd: home,
      call: byName,
    },
  };
}

const run = async (
  on: Stage,
  args: readonly string[],
  given: Record<string, unknown> = {},
): Promise<number> => {
  const flags = readPlanFlags(given);
  return runPlan(on.context, ID, readPlanCall(args, flags), flags);
};
const refused = (message: RegExp): object => ({ message: expect.stringMatching(message), exitCode: 2 });
const leftovers = (): string[] => readdirSync(home).filter((name) => name.startsWith('plan-edit-'));
const plan = (on: Stage): Plan => on.sent[0]?.payload['plan'] as Plan;

describe('showing a plan', () => {
  it('is a table, with how to approve and how to edit', async () => {
    const on = stage();
    expect(await run(on, [])).toBe(0);
    const text = on.out();
    expect(text).toMatch(/Plan version 1, 8 tasks; the objective is awaiting-approval/);
    expect(text).toMatch(/T003 +@nodejs-expert +pending +T001,T002 +Task 3/);
    // Whoever approves approves what was shown, not what somebody made of it meanwhile.
    expect(text).toContain(`plan ${ID} approve --plan-version 1`);
    expect(text).toContain(`plan ${ID} edit`);
    expect(text).not.toContain('\u001b');
  });

  it('is a graph, or a file that can be given back', async () => {
    const graph = stage();
    await run(graph, [], { graph: true });
    expect(graph.out()).toContain('├─┼─╮');
    const yaml = stage();
    await run(yaml, [], { yaml: true });
    const text = yaml.out();
    writeFileSync(
      join(home, 'plan.yaml'),
      text.replace('specialist: backend-architect', 'specialist: python-pro'),
    );
    const back = stage();
    expect(await run(back, ['edit'], { file: 'plan.yaml', by: 'ada' })).toBe(0);
    expect(back.sent[0]).toMatchObject({
      name: 'reviewPlan',
      payload: { decision: 'edit', baseVersion: 1, by: 'ada' },
    });
    expect(plan(back).tasks[6]?.specialist).toBe('python-pro');
    expect(back.out()).toContain('version 2 now');
  });

  it('as JSON is one object with the stored plan', async () => {
    const on = stage({ json: true });
    await run(on, []);
    expect(JSON.parse(on.out())).toEqual({
      objective: ID,
      version: 1,
      plan: JSON.parse(JSON.stringify(PLAN)),
    });
  });
});

it('a plan as JSON that this home does not hold is refused in a sentence', async () => {
  const on = stage({ json: true, status: { plan: { version: 1, ref: 'd'.repeat(64) } } });
  await expect(run(on, [])).rejects.toMatchObject(refused(/not in the store of this home/));
});

describe('an edit in the editor', () => {
  it('is sent as a whole plan of the version that was opened, and the file is removed', async () => {
    const on = stage({
      interactive: true,
      editor: editor(save(`text.replace('specialist: backend-architect', 'specialist: python-pro')`)),
    });
    expect(await run(on, ['edit'], { comment: 'the team knows it' })).toBe(0);
    expect(on.sent[0]?.payload).toMatchObject({
      decision: 'edit',
      baseVersion: 1,
      comment: 'the team knows it',
      by: 'ann@cli',
    });
    expect(plan(on).tasks[6]?.specialist).toBe('python-pro');
    expect(leftovers()).toEqual([]);
  });

  it('has a file that only its owner can read, in the home', async () => {
    const seen = join(home, 'seen.json');
    const on = stage({
      interactive: true,
      editor: editor(
        `const stat = fs.statSync(path); fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify([path, stat.mode & 0o777]));`,
      ),
    });
    await run(on, ['edit']);
    const [path, mode] = JSON.parse(readFileSync(seen, 'utf8')) as [string, number];
    expect(path.startsWith(home)).toBe(true);
    expect(mode).toBe(0o600);
  });

  it.each([
    ['left as it was', '', /The file was not changed, so nothing was changed/],
    ['emptied', save(`''`), /The file is empty, so nothing was changed/],
    ['saved with nothing but comments', save(`'# nothing\\n'`), /The file is empty/],
    [
      'saved in another layout',
      save(`text.replace(/^# .*\\n/gm, '')`),
      /The plan is the same as before, so nothing was changed/,
    ],
    ['removed', 'fs.rmSync(path);', /The file is gone/],
  ])('%s changes nothing and says so', async (_, body, said) => {
    const on = stage({ interactive: true, editor: editor(body) });
    expect(await run(on, ['edit'])).toBe(0);
    expect(on.sent).toEqual([]);
    expect(on.out()).toMatch(said);
    expect(leftovers()).toEqual([]);
  });

  it('by an editor that ends badly changes nothing; what was written is kept and where is told', async () => {
    const on = stage({ interactive: true, editor: editor(`${save(`text + '# mine\\n'`)} process.exit(3);`) });
    await expect(run(on, ['edit'])).rejects.toMatchObject(
      refused(/ended with code 3\. Nothing was changed; what you wrote is in .*plan\.yaml/),
    );
    expect(on.sent).toEqual([]);
    const [folder = ''] = leftovers();
    const kept = join(home, folder, 'plan.yaml');
    expect(readFileSync(kept, 'utf8')).toContain('# mine');
    expect(statSync(join(home, folder)).mode & 0o077).toBe(0);
  });

  it('by an editor that ends badly without a change leaves nothing behind', async () => {
    const on = stage({ interactive: true, editor: editor('process.exit(1);') });
    await expect(run(on, ['edit'])).rejects.toMatchObject(refused(/ended with code 1; nothing was changed/));
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ['nobody has', '/no/such/editor', /could not be started/],
    ['with an open quote', 'vim "', /quote that is not closed/],
  ])('by one %s is refused', async (_, name, why) => {
    await expect(run(stage({ interactive: true, editor: name }), ['edit'])).rejects.toMatchObject(
      refused(why),
    );
  });

  it('without a terminal is refused with what to do', async () => {
    await expect(run(stage(), ['edit'])).rejects.toMatchObject(refused(/--file <plan\.yaml>/));
  });

  it('that is refused is opened again with the errors at its top, until it is good', async () => {
    const on = stage();
    const seen = join(home, 'seen.txt');
    const status = statusOf({ plan: { version: 1, ref: REF, analysis: FACTS, brought: [] } });
    let asked = 0;
    const again = (): Promise<boolean> => Promise.resolve(++asked < 3);
    const said: string[] = [];
    const body = `if (text.startsWith('#!')) { fs.writeFileSync(${JSON.stringify(seen)}, text); ${save(`text.replace('specialist: cobol-expert', 'specialist: python-pro')`)} } else ${save(`text.replace('specialist: backend-architect', 'specialist: cobol-expert')`)}`;
    const sent = await editInEditor(
      {
        department: {
          send: (message) => Promise.resolve({ applied: true, message: JSON.stringify(message.payload) }),
          snapshot: () => Promise.resolve(status),
        },
        blobs,
        by: 'ann',
        from: null,
        say: (line) => said.push(line),
        environment: readEnvironment({ EDITOR: editor(body) }),
        home: on.context.home,
        signal: on.context.signal,
        again,
      },
      await openPlan(blobs, status),
      undefined,
    );
    expect(asked).toBe(1);
    const text = readFileSync(seen, 'utf8');
    const line = Number(/^#! line (\d+): backend-T007 is given to @cobol-expert/m.exec(text)?.[1]);
    expect(text.split('\n')[line - 1]).toContain('specialist: cobol-expert');
    expect(said.join('\n')).toMatch(/plan\.yaml:\d+: backend-T007/);
    expect(sent?.message).toContain('python-pro');
  });

  it('is signed by whoever the operating system says it is, like every other decision', async () => {
    const on = stage({ interactive: true, editor: editor(save(`text.replace('a plan', 'another')`)) });
    await run(on, ['edit'], { by: 'somebody else' });
    expect(on.sent[0]?.from).toEqual(speakerAt('cli'));
    const part = stage();
    await run(part, ['drop', 'T6']);
    expect(part.sent[0]?.from).toEqual(speakerAt('cli'));
    const unchecked = stage({ status: { plan: { version: 1, ref: 'd'.repeat(64) } } });
    await run(unchecked, ['drop', 'T6']);
    expect(unchecked.sent[0]?.from).toEqual(speakerAt('cli'));
  });

  it('that grows without end is refused, and kept as it was written', async () => {
    const on = stage({
      interactive: true,
      editor: editor(save(`text + '# '.repeat(3 * 1024 * 1024)`)),
    });
    await expect(run(on, ['edit'])).rejects.toMatchObject(refused(/too large: .*what you wrote is in/));
    const [folder = ''] = leftovers();
    expect(statSync(join(home, folder, 'plan.yaml')).size).toBeGreaterThan(6 * 1024 * 1024);
  });

  it('that breaks while it is sent says where the file is', async () => {
    const on = stage({
      interactive: true,
      editor: editor(save(`text.replace('a plan', 'another')`)),
      refuse: new Error('the wire is cut'),
    });
    await expect(run(on, ['edit'])).rejects.toThrow('the wire is cut');
    const [folder = ''] = leftovers();
    expect(on.out()).toContain(`What you wrote is in ${join(home, folder, 'plan.yaml')}`);
  });

  it('keeps the file and says where it is when the question to open it again is interrupted', async () => {
    const on = stage();
    const status = statusOf({ plan: { version: 1, ref: REF, analysis: FACTS, brought: [] } });
    const edit = editInEditor(
      {
        department: {
          send: () => Promise.reject(new Error('unused')),
          snapshot: () => Promise.resolve(null),
        },
        blobs,
        by: 'ann',
        from: null,
        say: () => undefined,
        environment: readEnvironment({ EDITOR: editor(save(`text.replace('title: Task 3', 'title: [3]')`)) }),
        home: on.context.home,
        signal: on.context.signal,
        again: () => Promise.reject(Object.assign(new Error('SIGINT'), { name: 'ExitPromptError' })),
      },
      await openPlan(blobs, status),
      undefined,
    );
    await expect(edit).rejects.toMatchObject(refused(/tasks\.3\.title.*what you wrote is in/));
    expect(leftovers()).toHaveLength(1);
  });

  describe('whose command is ended while the editor is open', () => {
    let opened: ProcessMark | undefined;
    const isLeft = async (): Promise<boolean> => opened !== undefined && (await isRunning(opened));
    afterEach(async () => {
      if (opened !== undefined && (await isLeft())) process.kill(opened.pid, 'SIGKILL');
    });
    /** Stays open, and has told its pid; `body` comes first. */
    const staying = (body: string): string =>
      editor(
        `${body} fs.writeFileSync(${JSON.stringify(join(home, 'open'))}, String(process.pid)); setInterval(() => {}, 1000);`,
      );
    /** What came of it, and of the editor. */
    const endOf = async (program: string): Promise<{ error: unknown; sent: number; alive: boolean }> => {
      const ended = new AbortController();
      const on = stage({ interactive: true, editor: program, signal: ended.signal });
      const edit = run(on, ['edit']).catch((error: unknown) => error);
      const pid = await eventually(
        () => (existsSync(join(home, 'open')) ? Number(readFileSync(join(home, 'open'), 'utf8')) : 0),
        (found) => found > 0,
      );
      opened = await findProcess(pid);
      expect(opened).toBeDefined();
      ended.abort();
      const error = await edit;
      return { error, sent: on.sent.length, alive: await isLeft() };
    };
    const interrupted = (message: RegExp): object => ({
      message: expect.stringMatching(message),
      exitCode: 130,
    });

    it('leaves no editor behind; what was saved is kept, and where is told', async () => {
      const { error, sent, alive } = await endOf(staying(save(`text + '# mine\\n'`)));
      expect([alive, sent]).toEqual([false, 0]);
      expect(error).toMatchObject(interrupted(/Nothing was changed; what you wrote is in .*plan\.yaml/));
      const [folder = ''] = leftovers();
      expect(readFileSync(join(home, folder, 'plan.yaml'), 'utf8')).toContain('# mine');
    });

    it('leaves the file where a window of the editor may still save it, though nothing was written yet', async () => {
      const { error, alive } = await endOf(staying(''));
      expect(alive).toBe(false);
      const [folder = ''] = leftovers();
      expect(error).toMatchObject(
        interrupted(new RegExp(`what it may keep belongs in ${join(home, folder)}`)),
      );
      expect(readFileSync(join(home, folder, 'plan.yaml'), 'utf8')).toContain('version: ');
    });

    it('opens none where it was ended before', async () => {
      const ended = new AbortController();
      ended.abort();
      const on = stage({ interactive: true, editor: staying(''), signal: ended.signal });
      await expect(run(on, ['edit'])).rejects.toMatchObject({ exitCode: 130 });
      expect([existsSync(join(home, 'open')), leftovers()]).toEqual([false, []]);
    });

    it('keeps what the editor put aside as it was ended', async () => {
      const { error } = await endOf(
        staying(
          `process.on('SIGTERM', () => { fs.writeFileSync(path + '.save', 'mine'); process.exit(1); });`,
        ),
      );
      const [folder = ''] = leftovers();
      expect(error).toMatchObject(
        interrupted(new RegExp(`what it may keep belongs in ${join(home, folder)}`)),
      );
      expect(readFileSync(join(home, folder, 'plan.yaml.save'), 'utf8')).toBe('mine');
    });

    it('sends nothing that the editor saved as it was ended, even if it ended well', async () => {
      const saved = `fs.writeFileSync(path, text.replace('a plan', 'another'))`;
      const { error, sent } = await endOf(
        staying(`process.on('SIGTERM', () => { ${saved}; process.exit(0); });`),
      );
      expect(sent).toBe(0);
      expect(error).toMatchObject(interrupted(/what you wrote is in/));
    });

    it('ends one that does not heed a request', async () => {
      const { error, alive } = await endOf(staying(`process.on('SIGTERM', () => {});`));
      expect(alive).toBe(false);
      expect(error).toMatchObject(interrupted(/Nothing was changed/));
    });
  });

  it('left unchanged says what an editor with a window of its own needs', async () => {
    const on = stage({ interactive: true, editor: editor('') });
    await run(on, ['edit']);
    expect(on.out()).toContain('code --wait');
  });

  it('of a plan somebody changed meanwhile is refused with what changed, and kept', async () => {
    const on = stage({
      interactive: true,
      editor: editor(save(`text.replace('specialist: backend-architect', 'specialist: python-pro')`)),
      refuse: 'The plan is at version 2 by now, not 1.',
      now: { plan: { version: 2, ref: NEWER } },
    });
    await expect(run(on, ['edit'])).rejects.toMatchObject(
      refused(/version 2 by now, not 1\. .*what you wrote is in/),
    );
    expect(on.out()).toMatch(
      /Changed between version 1 and version 2:\n +backend-T006 specialist: database-optimizer → python-pro/,
    );
    expect(leftovers()).toHaveLength(1);
  });
});

describe('an edit from a file', () => {
  it('may come from standard input', async () => {
    const yaml = stage();
    await run(yaml, [], { yaml: true });
    const on = stage();
    on.stdin.end(yaml.out().replace('summary: a plan', 'summary: another'));
    await run(on, ['edit'], { file: '-' });
    expect(plan(on).summary).toBe('another');
  });

  it('names every line that is wrong, and ends with 2', async () => {
    writeFileSync(join(home, 'bad.yaml'), 'summary: x\ntasks:\n  - id: T1\n');
    const on = stage();
    await expect(run(on, ['edit'], { file: 'bad.yaml' })).rejects.toMatchObject(
      refused(/refused at line 3: tasks\.1\.\w+.*Nothing was changed/),
    );
    expect(on.out()).toMatch(/bad\.yaml:3: tasks\.1\.id: a task id looks like backend-T001/);
  });

  it('of an older version is refused with what changed since', async () => {
    const yaml = stage();
    await run(yaml, [], { yaml: true });
    writeFileSync(join(home, 'old.yaml'), yaml.out());
    const now = { plan: { version: 2, ref: NEWER, analysis: FACTS } };
    const on = stage({ status: now, now });
    await expect(run(on, ['edit'], { file: 'old.yaml' })).rejects.toMatchObject(
      refused(/at version 2, and old\.yaml is a copy of version 1/),
    );
    expect(on.out()).toContain('backend-T006 specialist');
  });

  it('of the same version of another plan is refused: the objective may have gone back to an earlier task', async () => {
    const yaml = stage();
    await run(yaml, [], { yaml: true });
    writeFileSync(join(home, 'mine.yaml'), yaml.out().replace('summary: a plan', 'summary: mine'));
    const now = { plan: { version: 1, ref: NEWER, analysis: FACTS } };
    const on = stage({ status: now, now });
    await expect(run(on, ['edit'], { file: 'mine.yaml' })).rejects.toMatchObject(
      refused(/at version 1, and mine\.yaml is a copy of another plan; get the newest/),
    );
    expect(on.out()).toContain('backend-T006 specialist');
    expect(on.sent).toEqual([]);
  });

  it('may come from a pipe', async () => {
    const yaml = stage();
    await run(yaml, [], { yaml: true });
    const pipe = join(home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const on = stage();
    const text = yaml.out().replace('summary: a plan', 'summary: piped');
    await Promise.all([run(on, ['edit'], { file: 'pipe' }), writeFile(pipe, text)]);
    expect(plan(on).summary).toBe('piped');
  });

  it.each([
    ['is not there', 'none.yaml', /cannot be read \(ENOENT\)/],
    ['is a folder', '.', /cannot be read \(EISDIR\)/],
  ])('that %s is refused', async (_, file, why) => {
    await expect(run(stage(), ['edit'], { file })).rejects.toMatchObject(refused(why));
  });
});

describe('a partial edit', () => {
  it.each<[string[], object]>([
    [['reassign', 'T4', '@python-pro'], { op: 'reassign', taskId: 'backend-T004', specialist: 'python-pro' }],
    [['depend', '6', 'T5'], { op: 'depend', taskId: 'backend-T006', on: 'backend-T005' }],
    [['budget', 'T4', '1.5'], { op: 'budget', taskId: 'backend-T004', usd: 1.5 }],
    [['budget', 'T4', 'none'], { op: 'budget', taskId: 'backend-T004', usd: null }],
    [['drop', 'backend-T006'], { op: 'drop', taskId: 'backend-T006' }],
  ])('%j is one patch of the version that is there', async (args, op) => {
    const on = stage();
    expect(await run(on, args)).toBe(0);
    expect(on.sent).toMatchObject([
      { payload: { decision: 'edit', baseVersion: 1, patch: [op], by: 'ann@cli' } },
    ]);
  });

  it('may be several at once', async () => {
    const patch = [
      { op: 'drop', taskId: 'backend-T006' },
      { op: 'budget', taskId: 'backend-T003', usd: 2 },
    ];
    const on = stage();
    await run(on, [], { patch: JSON.stringify(patch) });
    expect(on.sent[0]?.payload['patch']).toEqual(patch);
  });

  it.each<[string, string[], Record<string, unknown>, RegExp]>([
    ['an unknown specialist', ['reassign', 'T4', '@cobol-expert'], {}, /not in the roster/],
    ['the audit to who wrote the code', ['reassign', 'T7', '@nodejs-expert'], {}, /audit code of their own/],
    ['the audit dropped', ['drop', 'T7'], {}, /no security-audit task is planned/],
    ['a circle', ['depend', 'T1', 'T8'], {}, /circle/],
    ['an unknown task', ['drop', 'T99'], {}, /no task backend-T099/],
    ['no task', ['drop'], {}, /Say it in full: plan <id> drop <task>/],
    ['no specialist', ['reassign', 'T4'], {}, /<@specialist>/],
    ['one word too many', ['drop', 'T4', 'T5'], {}, /one task and nothing else/],
    ['no amount', ['budget', 'T4', 'much'], {}, /cannot be used for budget/],
    ['less than nothing', ['budget', 'T4', '-1'], {}, /cannot be used for budget/],
    ['no id', ['drop', 'login'], {}, /no task id/],
    ['no JSON', [], { patch: '{' }, /--patch: is no JSON/],
    ['an unknown op', [], { patch: '[{"op":"explode","taskId":"backend-T001"}]' }, /--patch: 0\.op/],
    ['an unknown action', ['dance'], {}, /not "dance"/],
    ['two ways at once', ['edit'], { patch: '[]', file: 'x' }, /One edit at a time/],
    ['a flag of another action', ['approve'], { file: 'x' }, /--file has no place at plan approve/],
    ['another version', ['drop', 'T6'], { planVersion: '4' }, /at version 1, not 4/],
  ])('with %s is refused before it is sent', async (_, args, flags, why) => {
    const on = stage();
    await expect(run(on, args, flags)).rejects.toMatchObject(refused(why));
    expect(on.sent).toEqual([]);
  });

  it('of a task that has begun is refused with its name', async () => {
    const tasks = PLAN.tasks.map(({ id, dependsOn }) =>
      taskOf({ id, dependsOn, ...(id === 'backend-T001' ? {} : { state: 'pending', startedAt: null }) }),
    );
    const on = stage({ status: { tasks, state: 'running' } });
    await expect(run(on, ['reassign', 'T1', '@graphql-architect'])).rejects.toMatchObject(
      refused(/backend-T001 has begun \(running\)/),
    );
  });

  it('where this home does not hold the plan is left to the workflow to check', async () => {
    const on = stage({ status: { plan: { version: 1, ref: 'd'.repeat(64) } } });
    await run(on, ['drop', 'T7']);
    expect(on.sent).toHaveLength(1);
  });
});

describe('without a worker', () => {
  it('nobody knows the plan, which is said with what brings one and exit code 2', async () => {
    const on = stage({ silent: true });
    await expect(run(on, [])).rejects.toMatchObject(refused(/No worker answers .* `.*attach .*` brings one/));
    expect(on.out()).toBe('');
  });

  it('a plan that is not there yet is another thing', async () => {
    const on = stage({ status: { plan: null } });
    expect(await run(on, [])).toBe(0);
    expect(on.out()).toContain('There is no plan to see yet.');
  });
});

describe('the question about a plan at the terminal', () => {
  const ask = async (
    answers: string[],
    editPlan?: () => Promise<{ applied: boolean; message: string } | null>,
    title = 'Task',
  ) => {
    const sent: object[] = [];
    const notes: string[] = [];
    const message = await askAboutPlan(
      {
        department: {
          send: (request) => {
            sent.push(request.payload as object);
            return Promise.resolve({ applied: true, message: 'recorded' });
          },
          snapshot: () => Promise.resolve(null),
        },
        display: {
          show: () => undefined,
          pause: () => undefined,
          close: () => undefined,
          note: (line) => notes.push(line),
        },
        prompts: {
          select: () => Promise.resolve(answers.shift() ?? 'later'),
          input: () => Promise.resolve('too much'),
        },
        by: 'ann@tty',
        columns: () => 80,
        ...(editPlan === undefined ? {} : { editPlan }),
      },
      statusOf({ plan: { version: 3, ref: REF }, tasks: [taskOf({ title })] }),
      new AbortController().signal,
      () => Promise.resolve(true),
    );
    return { sent, notes, message };
  };

  it('approves the version that was shown', async () => {
    const { sent, notes } = await ask(['approve']);
    expect(sent).toEqual([{ decision: 'approve', by: 'ann@tty', baseVersion: 3 }]);
    expect(notes.join('\n')).toMatch(/T001 +@api-architect/);
  });

  it('asks again after an editor that changed nothing, and tells what came of one that did', async () => {
    const ends = [null, { applied: true, message: 'edited' }];
    const { sent, message } = await ask(['edit', 'edit'], () => Promise.resolve(ends.shift() ?? null));
    expect(sent).toEqual([]);
    expect(message).toMatchObject({ message: 'edited' });
  });

  it('shows the plan in the columns there are, its indent among them', async () => {
    const { notes } = await ask(['later'], undefined, 'long '.repeat(30));
    expect(notes.some((line) => line.length === 80)).toBe(true);
    for (const line of notes) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says why an edit was refused, and asks again', async () => {
    const { sent, notes } = await ask(['edit', 'approve'], () =>
      Promise.reject(new UserError('The plan is refused at line 3.', 'bad-input')),
    );
    expect(notes.join('\n')).toContain('The plan is refused at line 3.');
    expect(sent).toMatchObject([{ decision: 'approve' }]);
  });

  it('rejects with a comment, or leaves it open', async () => {
    expect((await ask(['reject'])).sent).toMatchObject([{ decision: 'reject', comment: 'too much' }]);
    expect(await ask(['later'])).toMatchObject({ sent: [], message: null });
  });
});
