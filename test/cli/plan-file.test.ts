// Needs nothing: plans as files people edit.
import fc from 'fast-check';
import { describeDifference } from '../../src/domain/plan/plan-difference';
import type { Plan, PlanTask } from '../../src/domain/plan/plan';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { checkPlanFile } from '../../src/cli/plan/check-plan-file';
import { withErrors } from '../../src/cli/plan/edit-in-editor';
import { splitWords } from '../../src/cli/plan/editor';
import { planGraph } from '../../src/cli/plan/graph';
import type { PlanAtHand } from '../../src/cli/plan/plan-at-hand';
import { readPlanFile } from '../../src/cli/plan/read-plan-file';
import { planTable } from '../../src/cli/plan/table';
import { writePlanFile } from '../../src/cli/plan/write-plan-file';
import { acyclicTasks } from '../domain/arbitrary-plans';
import { AUTH_ANALYSIS, AUTH_TASKS, NOTHING_TOUCHED, planTask, taskId } from '../domain/tasks';
import { ID, task as taskStatus } from './fixtures';

const REF = 'a'.repeat(64);
const atHand = (tasks: readonly PlanTask[], over: Partial<PlanAtHand> = {}): PlanAtHand => ({
  objectiveId: ID,
  version: 2,
  ref: REF,
  plan: { summary: 'a plan', tasks: [...tasks] },
  analysis: NOTHING_TOUCHED,
  roster: SPECIALIST_NAMES,
  begun: [],
  ...over,
});
const auth = atHand(AUTH_TASKS, { analysis: AUTH_ANALYSIS });
const bytes = (text: string): Uint8Array => Buffer.from(text);
/** The line of the file that holds a text, from 1. */
const lineOf = (text: string, part: string): number => {
  const index = text.split('\n').findIndex((line) => line.includes(part));
  if (index < 0) throw new Error(`The file has no line with ${part}`);
  return index + 1;
};

const words = fc.oneof(
  fc.string({ minLength: 1, maxLength: 80 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.constantFrom(
    '- no list',
    'key: value',
    '# no comment',
    'yes',
    '1.5',
    'null',
    '"',
    "it's",
    'a\nb\n\n',
    '\ttab ',
    '*alias',
    '&anchor',
    '%',
    '|',
    '<<',
  ),
);
const lines = fc.array(words, { maxLength: 4 });
const plans: fc.Arbitrary<Plan> = fc.record({
  summary: fc.oneof(fc.constant(''), words),
  tasks: acyclicTasks(6).chain((tasks) =>
    fc.tuple(
      ...tasks.map((task) =>
        fc
          .record({
            title: words,
            objective: words,
            requirements: lines,
            patterns: lines,
            usd: fc.option(fc.double({ min: 0.01, max: 1000, noNaN: true })),
          })
          .map(({ title, objective, requirements, patterns, usd }): PlanTask => ({
            ...task,
            title,
            objective,
            requirements,
            context: { ...task.context, codePatterns: patterns },
            ...(usd === null ? {} : { budgetUsd: usd }),
          })),
      ),
    ),
  ),
});

describe('a plan file', () => {
  it('says after reading what was written, whatever the texts of a plan are', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const text = writePlanFile({ ...auth, plan });
        const read = readPlanFile(bytes(text));
        expect(read).toMatchObject({ kind: 'read', file: { version: 2, ref: REF } });
        expect(read.kind === 'read' && read.file.plan).toEqual(plan);
      }),
      { numRuns: 40 },
    );
  });

  it('explains every key of a task, and marks what stays as it is', () => {
    const text = writePlanFile({
      ...auth,
      begun: [
        { taskId: taskId(1), state: 'merged' },
        { taskId: taskId(2), state: 'running' },
      ],
    });
    for (const key of [...Object.keys(AUTH_TASKS[0]!), 'budgetUsd'])
      expect(text).toMatch(new RegExp(`^# {3}${key}: \\S`, 'm'));
    expect(text).toContain('It is merged: it stays as it is.');
    expect(text).toContain('It has begun (running)');
    expect(checkPlanFile(bytes(text), auth)).toEqual({
      kind: 'nothing',
      why: expect.stringContaining('same'),
    });
  });

  it('that changes the specialist gives the changed plan', () => {
    const text = writePlanFile(auth).replace('specialist: backend-architect', 'specialist: python-pro');
    const checked = checkPlanFile(bytes(text), auth);
    expect(checked.kind === 'changed' && describeDifference(auth.plan, checked.plan)).toEqual([
      'backend-T007 specialist: backend-architect → python-pro',
    ]);
  });

  it.each<[string, (text: string) => string, string, RegExp]>([
    [
      'an unknown specialist',
      (text) => text.replace('specialist: backend-architect', 'specialist: cobol-expert'),
      'cobol-expert',
      /not in the roster/,
    ],
    [
      'an unknown dependency',
      (text) => text.replace('      - backend-T007', '      - backend-T077'),
      'backend-T077',
      /which the plan does not have/,
    ],
    [
      'a circle',
      (text) => text.replace('      - backend-T003', '      - backend-T005'),
      '      - backend-T005',
      /depends on itself/,
    ],
    [
      'paths two tasks own',
      (text) => text.replace('- src/oauth/**', '- src/auth/routes.js'),
      'src/auth/routes.js',
      /both own/,
    ],
    [
      'an auditor of their own code',
      (text) => text.replace('specialist: backend-architect', 'specialist: nodejs-expert # own'),
      'nodejs-expert # own',
      /audit code of their own/,
    ],
    [
      'an unknown key',
      (text) => text.replace('    priority:', '    prio: high\n    priority:'),
      'prio: high',
      /there is no key prio/,
    ],
    [
      'a wrong type',
      (text) => text.replace('title: Task 3', 'title: [Task, 3]'),
      'title: [ Task',
      /tasks\.3\.title/,
    ],
    [
      'a missing key',
      (text) => text.replace('    title: Task 3\n', ''),
      'id: backend-T003',
      /tasks\.3\.title/,
    ],
    [
      'a wrong priority',
      (text) => text.replace('priority: medium', 'priority: urgent'),
      'priority: urgent',
      /tasks\.1\.priority/,
    ],
    [
      'a bad path',
      (text) => text.replace('- src/oauth/**', '- ../outside'),
      '../outside',
      /a path is relative/,
    ],
    ['a tab', (text) => text.replace('    title: Task 3', '\ttitle: Task 3'), '\ttitle: Task 3', /tab/i],
    ['an open quote', (text) => text.replace('summary: a plan', 'summary: "a plan'), '', /quote/i],
    [
      'a key twice',
      (text) => text.replace('summary: a plan', 'summary: a plan\nsummary: b'),
      'summary: b',
      /unique/i,
    ],
    [
      'an alias',
      (text) => text.replace('summary: a plan', 'summary: &a a plan').replace('title: Task 3', 'title: *a'),
      'summary: &a',
      /anchors and aliases/,
    ],
    ['a tag', (text) => text.replace('title: Task 3', 'title: !!js/function "x"'), '!!js/function', /tag/i],
    ['a second document', (text) => `${text}\n---\nsummary: b\n`, '', /document/i],
    [
      'a number that is none',
      (text) => text.replace('    priority: medium', '    budgetUsd: .inf\n    priority: medium'),
      'budgetUsd: .inf',
      /budgetUsd/,
    ],
  ])('with %s is refused with the line', (_, change, part, why) => {
    const original = writePlanFile(auth);
    const text = change(original);
    expect(text).not.toBe(original);
    const checked = checkPlanFile(bytes(text), auth);
    if (checked.kind !== 'wrong') throw new Error(`It was taken: ${checked.kind}`);
    const [first] = checked.errors;
    expect(checked.errors.map((error) => error.text).join('\n')).toMatch(why);
    const expected = part.startsWith('title: [ ')
      ? lineOf(text, 'title: [Task, 3]')
      : part === ''
        ? first?.line
        : lineOf(text, part);
    expect(checked.errors.map(({ line }) => line)).toContain(expected);
  });

  it.each<[string, Uint8Array]>([
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['zero bytes', Buffer.alloc(1000)],
    ['five megabytes', Buffer.alloc(5 * 1024 * 1024, 'a')],
    ['a text', bytes('just some words')],
    ['a list', bytes('- a\n- b\n')],
    ['a number', bytes('42')],
    ['nesting without end', bytes('['.repeat(200_000))],
    ['keys without end', bytes('? '.repeat(100_000))],
    [
      'a bomb of aliases',
      bytes(
        `a: &a [x,x,x]\n${'bcdefghij'
          .split('')
          .map(
            (key, index) => `${key}: &${key} [*${'abcdefghi'.charAt(index)},*${'abcdefghi'.charAt(index)}]`,
          )
          .join('\n')}\n`,
      ),
    ],
  ])('of %s is refused', (_, nonsense) => {
    expect(checkPlanFile(nonsense, auth)).toMatchObject({
      kind: 'wrong',
      errors: [{ line: expect.any(Number) }],
    });
  });

  it('of tens of thousands of keys is refused at once, with as many lines as people read', () => {
    const keys = Array.from({ length: 30_000 }, (_, index) => `k${String(index)}: 1\n`).join('');
    const checked = checkPlanFile(bytes(keys), auth);
    expect(checked.kind === 'wrong' && checked.errors.length).toBe(20);
    expect(checkPlanFile(bytes(`${keys}k7: 2\n`), auth)).toEqual({
      kind: 'wrong',
      errors: [{ line: 30_001, text: expect.stringContaining('unique') }],
    });
  });

  it.each<[string, (text: string) => string]>([
    ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text) => `\ufeff${text}`],
  ])('with %s says the same', (_, change) => {
    expect(checkPlanFile(bytes(change(writePlanFile(auth))), auth)).toMatchObject({ kind: 'nothing' });
  });

  it.each(['', '\n\n', '# only words of ours\n#! and these\n'])('%j is empty', (text) => {
    expect(checkPlanFile(bytes(text), auth)).toEqual({ kind: 'nothing', why: 'The file is empty' });
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 }).map(bytes)),
        (any) => {
          expect(['nothing', 'wrong']).toContain(checkPlanFile(any, auth).kind);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('may not change what has begun, and the line is that of the task', () => {
    const at = { ...auth, begun: [{ taskId: taskId(3), state: 'running' as const }] };
    const text = writePlanFile(at).replace('title: Task 3', 'title: Task three');
    expect(checkPlanFile(bytes(text), at)).toEqual({
      kind: 'wrong',
      errors: [
        {
          line: lineOf(text, 'id: backend-T003'),
          text: expect.stringContaining('so its title cannot change'),
        },
      ],
    });
  });

  it('opened again has its errors at the top, told with the lines they are at by then', () => {
    const text = writePlanFile(auth).replace('title: Task 3', 'title: [3]');
    let again = text;
    for (let round = 0; round < 3; round += 1) {
      const checked = checkPlanFile(bytes(again), auth);
      if (checked.kind !== 'wrong') throw new Error('It was taken.');
      again = withErrors(again, checked.errors);
      expect(again).toContain(`#! line ${String(lineOf(again, '  title: [3]'))}: tasks.3.title`);
      expect(again.match(/^#! line/gm)).toHaveLength(1);
    }
  });
});

describe('an editor', () => {
  it.each([
    ['vim', ['vim']],
    ['code --wait', ['code', '--wait']],
    [`emacsclient -a '' -c`, ['emacsclient', '-a', '', '-c']],
    [`"/opt/my editor/bin" -n`, ['/opt/my editor/bin', '-n']],
    ['a\\ b "c\\"d" $(rm -rf /) `x`; y', ['a b', 'c"d', '$(rm', '-rf', '/)', '`x`;', 'y']],
  ])('%s is split as a shell would, and nothing of it is carried out', (text, expected) => {
    expect(splitWords(text)).toEqual(expected);
  });

  it('with an open quote cannot be used', () => {
    expect(() => splitWords('vim "')).toThrow(/quote that is not closed/);
  });
});

describe('a plan on the terminal', () => {
  const shown = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => {
    const { id, title, specialist, dependsOn } = AUTH_TASKS[number - 1]!;
    return taskStatus({
      id,
      title: `${title} ${'long '.repeat(30)}`,
      specialist,
      dependsOn,
      group: number,
      state: 'pending',
    });
  });

  it('is a table that keeps within 80 columns, and is whole when piped', () => {
    const narrow = planTable({ tasks: shown }, 80);
    for (const line of narrow) expect([...line].length).toBeLessThanOrEqual(80);
    expect(narrow.join('\n')).toMatch(/T003 +@nodejs-expert +pending +T001,T002 +Task 3 long/);
    expect(planTable({ tasks: shown }, null).join('\n')).toContain('long '.repeat(30).trim());
  });

  it('keeps within 80 columns with budgets and long ids, too', () => {
    const tasks = shown.map((task, index) => ({
      ...task,
      id: `backend-T10000${String(index)}`,
      dependsOn: Array.from({ length: 8 }, () => 'backend-T100001'),
      specialist: 'database-optimizer-of-the-team',
      budgetUsd: 1234.56,
    }));
    for (const line of planTable({ tasks }, 80)) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('has a column for budgets only where there are any', () => {
    expect(planTable({ tasks: shown }, 80)[0]).not.toContain('USD');
    expect(planTable({ tasks: [taskStatus({ budgetUsd: 1.5 })] }, 80).join('\n')).toMatch(/USD[^]*1\.5/);
  });

  it('is a graph whose lanes join where tasks wait for others', () => {
    const tasks = shown.map((task) => ({ ...task, title: 'x' }));
    expect(planGraph(tasks, null)).toEqual([
      '●        T001 @api-architect pending · x',
      '│ ●      T002 @database-optimizer pending · x',
      '├─┼─╮',
      '│ │ ●    T003 @nodejs-expert pending ← T001,T002 · x',
      '├─┤ │',
      '● │ │    T004 @nodejs-expert pending ← T001,T002 · x',
      '│ ● │    T006 @database-optimizer pending ← T002 · x',
      '│ │ ├─╮',
      '│ │ │ ●  T005 @nodejs-expert pending ← T003 · x',
      '├─┴─┴─╯',
      '●        T007 @backend-architect pending ← T003,T004,T005,T006 · x',
      '●        T008 @backend-architect pending ← T007 · x',
    ]);
    for (const line of planGraph(shown, 80)) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('draws every task once, after what it waits for, for any plan', () => {
    fc.assert(
      fc.property(acyclicTasks(15), (tasks) => {
        const rows = planGraph(
          tasks.map(({ id, dependsOn }) => taskStatus({ id, dependsOn, title: 'x' })),
          null,
        );
        const order = rows.flatMap((row) => /● .*?(T\d+) @/.exec(row)?.[1] ?? []);
        expect([...order].sort()).toEqual(tasks.map(({ id }) => id.replace('backend-', '')).sort());
        for (const { id, dependsOn } of tasks)
          for (const on of dependsOn)
            expect(order.indexOf(on.replace('backend-', ''))).toBeLessThan(
              order.indexOf(id.replace('backend-', '')),
            );
      }),
      { numRuns: 50 },
    );
  });

  it('a plan of documentation alone needs no lanes', () => {
    const tasks = [planTask(1), planTask(2)].map(({ id }) => taskStatus({ id, title: 'x' }));
    expect(planGraph(tasks, null).map((row) => row.charAt(0))).toEqual(['●', '●']);
  });
});
