// Needs no server: the command over the real client and a scripted gateway.
import pc from 'picocolors';
import { escalations } from '../../src/cli/commands/escalations';
import { renderInbox, type InboxRow } from '../../src/cli/decision/inbox-table';
import type { Wait } from '../../src/domain/objective/waits';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { execution, named } from '../client/fake-gateway';
import { escalation, ID, status, task } from './fixtures';
import { runCommand, type Script } from './run-command';

// The product imports it by the name it has once it is built.
jest.mock(
  '../../src/cli/live/inquirer-prompts.js',
  () => jest.requireActual<object>('../../src/cli/live/inquirer-prompts'),
  { virtual: true },
);

const wait = (over: Partial<Wait> = {}): Wait => ({
  kind: 'question',
  id: 'backend-T001-E1',
  trigger: 'security-concern',
  question: 'Refresh tokens are stored in clear. What now?',
  recommended: 'retry',
  raisedAt: '2030-01-01T00:00:00.000Z',
  ...over,
});
const asking = (id: string, waits: readonly Wait[], state = 'awaiting-human') =>
  execution(id, {
    memo: { objective: 'Add login', repository: '/srv/shop', waits },
    attributes: { CoordinatorStatus: state },
  });

const SECOND = 'objective-add-search-89abcdef';
const inbox: Script = {
  executions: [
    asking(
      SECOND,
      [
        wait({
          kind: 'plan',
          id: 'plan-v1',
          trigger: null,
          recommended: 'approve',
          raisedAt: '2030-01-01T02:00:00.000Z',
        }),
      ],
      'awaiting-approval',
    ),
    asking(ID, [wait(), wait({ id: 'backend-T002-E1', raisedAt: '2030-01-01T03:00:00.000Z' })]),
    execution('objective-at-work-00000000', { attributes: { CoordinatorStatus: 'running' } }),
    execution('objective-is-over-00000000', {
      state: 'completed',
      attributes: { CoordinatorStatus: 'awaiting-human' },
    }),
  ],
};

describe('the inbox', () => {
  test('lists what waits of every objective, oldest first, one whole line each, asking no workflow', async () => {
    const { code, out, gateway } = await runCommand(escalations, [], {}, inbox);
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).slice(1, 5))).toEqual([
      ['backend-T001-E1', 'security-concern', ID, 'retry'],
      ['plan-v1', 'plan-approval', SECOND, 'approve'],
      ['backend-T002-E1', 'security-concern', ID, 'retry'],
    ]);
    expect(gateway.queries).toEqual([expect.stringContaining('CoordinatorStatus IN')]);
  });

  test('as JSON says of each the command that shows it', async () => {
    const { out } = await runCommand(escalations, [], {}, inbox, { json: true });
    expect(JSON.parse(out)).toMatchObject({
      escalations: [
        {
          objective: ID,
          id: 'backend-T001-E1',
          trigger: 'security-concern',
          command: expect.stringContaining(`escalations ${ID} backend-T001-E1`),
        },
        { id: 'backend-T002-E1' },
      ],
      plans: [{ objective: SECOND, id: 'plan-v1', command: expect.stringContaining(`plan ${SECOND}`) }],
      contracts: [],
      unread: [],
      more: false,
    });
  });

  test('asks the workflow of an objective whose memo does not tell', async () => {
    const script: Script = {
      executions: [execution(ID)],
      worker: true,
      query: () => status({ escalations: [escalation()] }),
    };
    const { out, gateway } = await runCommand(escalations, [], {}, script);
    expect(out).toContain('backend-T001-E1');
    expect(gateway.queries).toContain('objectiveStatus');
  });

  test('without a worker says whose questions nobody can tell, and what would', async () => {
    const { code, err, out } = await runCommand(escalations, [], {}, { executions: [execution(ID)] });
    expect([code, out]).toEqual([0, '']);
    expect(err).toMatch(new RegExp(`^${ID} may wait for a decision; no worker could tell: .*worker`));
  });

  test('one whose workflow fails is named, and the others are listed', async () => {
    const script: Script = {
      executions: [execution(SECOND), execution(ID)],
      worker: true,
      query: (_name, id) => {
        if (id === SECOND) throw named('ServiceError', 'Workflow Task in failed state', { code: 9 });
        return status({ escalations: [escalation()] });
      },
    };
    const { code, out, err } = await runCommand(escalations, [], {}, script);
    expect([code, err]).toEqual([0, expect.stringMatching(new RegExp(`^${SECOND} may wait`))]);
    expect(out).toContain('backend-T001-E1');
  });

  test('so it is with every question in full', async () => {
    const script: Script = {
      executions: [execution(SECOND), execution(ID)],
      worker: true,
      query: (_name, id) => {
        if (id === SECOND) throw named('ServiceError', 'Workflow Task in failed state', { code: 9 });
        return [escalation()];
      },
    };
    const { code, out, err } = await runCommand(escalations, [], { full: true }, script);
    expect([code, err]).toEqual([0, expect.stringMatching(new RegExp(`^${SECOND} .*does not answer`))]);
    expect(out).toContain('backend-T001-E1');
    const { out: json } = await runCommand(escalations, [], { full: true }, script, { json: true });
    expect(JSON.parse(json)).toMatchObject({
      escalations: [{ objective: ID }],
      unread: [SECOND],
      more: false,
    });
  });

  test('a server without search attributes lists them all the same', async () => {
    const script: Script = { ...inbox, knowsSearchAttributes: false };
    const { out } = await runCommand(escalations, [], {}, script);
    expect(out).toContain('backend-T002-E1');
  });

  test('on a screen it is a table within its width, but for the ids to be copied', () => {
    const row: InboxRow = {
      ...wait({ question: 'x'.repeat(160) }),
      objective: ID,
      text: 'Add login',
      repository: '/srv',
    };
    const text = renderInbox(
      [row, { ...row, id: 'contract:a-name-that-is-rather-long', kind: 'contract', trigger: null }],
      {
        columns: 80,
        paint: pc.createColors(false),
        now: new Date('2030-01-01T02:05:00.000Z'),
        screen: true,
      },
    );
    expect(text).toMatch(/^ +age {2}id +why +recommends\n 2h05m {2}backend-T001-E1 +security-concern/);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    expect(text).toContain(ID);
  });
});

test('the table says for whom a row is and when silence decides it, cut to its width', () => {
  const known = { for: `security (${'a-long-name, '.repeat(9)})`, defaultAt: '2030-01-01T10:01:00.000Z' };
  const row: InboxRow = { ...wait(known), objective: ID, text: 'Add login', repository: '/srv' };
  const view = { columns: 80, paint: pc.createColors(false), now: new Date('2030-01-01T02:05:00.000Z') };
  const lines = renderInbox([row], { ...view, screen: true }).split('\n');
  expect(lines).toContain('        without an answer retry is taken at 2030-01-01 10:01 UTC');
  expect(
    lines.some((line) => line.startsWith('        for security (a-long-name') && line.length <= 80),
  ).toBe(true);
  // Other programs read its fields by their place.
  expect(renderInbox([row], { ...view, screen: false })).not.toContain('security (');
});

const gate = {
  tree: 'd'.repeat(40),
  report: 'e'.repeat(64),
  green: false,
  red: [
    {
      subject: 'tests' as const,
      excerpt: Array.from({ length: 30 }, (_, n) => `not ok ${String(n)}`).join('\n'),
    },
  ],
  counts: { pass: 0, fail: 1, 'not-applicable': 0, 'needs-review': 0, waived: 0 },
};
const asked = status({
  state: 'awaiting-human',
  escalations: [escalation(), escalation({ id: 'backend-T002-E1' })],
  decisions: [
    {
      escalationId: 'backend-T001-E0',
      decision: 'skip',
      option: null,
      guidance: null,
      assignee: null,
      by: 'bob',
      channel: 'signal',
      decidedAt: '2030-01-01T00:00:00.000Z',
    },
  ],
  ledger: [
    { subject: 'backend-T001', role: 'nodejs-expert', level: 0, usage: NO_USAGE },
    { subject: 'backend-T001', role: 'api-architect', level: 2, usage: NO_USAGE },
  ],
  tasks: [
    task({
      specialist: 'nodejs-expert',
      state: 'suspended',
      level: 4,
      commit: 'c'.repeat(40),
      gate,
      attempts: [
        {
          number: 1,
          level: 0,
          specialist: 'nodejs-expert',
          outcome: 'handed-off',
          because: '',
          summary: 'wrote \u001b[31mit',
          transcript: null,
        },
        {
          number: 2,
          level: 2,
          specialist: 'nodejs-expert',
          outcome: 'handed-off',
          because: 'after advice of @api-architect',
          summary: 'wrote it again',
          transcript: null,
        },
      ],
    }),
  ],
});
const receipt = {
  subject: 'tests',
  verdict: 'fail',
  checker: { kind: 'tool', name: 'npm test', version: null, argv: ['npm', 'test'], exitCode: 1 },
  tree: 'd'.repeat(40),
  startedAt: '2030-01-01T00:00:00.000Z',
  durationMs: 5,
  sandbox: 'none',
  evidence: [{ kind: 'output', output: 'f'.repeat(64), excerpt: 'not ok' }],
  note: '',
};
const report = { tree: 'd'.repeat(40), commit: 'c'.repeat(40), base: 'a'.repeat(40), receipts: [receipt] };
const diff = ['diff --git a/x b/x', ...Array.from({ length: 100 }, (_, n) => `+line ${String(n)}`)].join(
  '\n',
);
const services = {
  blobs: () =>
    Promise.resolve({
      put: () => Promise.reject(new Error('only read')),
      get: () => Promise.resolve(Buffer.from(JSON.stringify(report))),
    }),
  repositories: () => Promise.resolve({ diff: () => Promise.resolve(diff) }),
};
const live: Script = { executions: [execution(ID)], worker: true, query: () => asked };

describe('the decision screen', () => {
  test('shows question, options, who was asked, what fails and what was changed, each within bounds', async () => {
    const { code, out } = await runCommand(escalations, [ID, 'backend-T001-E1'], {}, live, { services });
    expect(code).toBe(0);
    expect(out).toContain(
      'retry (recommended): Mend it -> one attempt more (--decision retry --option retry)',
    );
    expect(out).toContain(`answer: backend-coordinator resolve ${ID} backend-T001-E1`);
    expect(out).toContain('#2 L2 @nodejs-expert handed-off · after advice of @api-architect: wrote it again');
    expect(out).toContain('also @api-architect at level 2');
    expect(out).toMatch(/Failing \(receipts eeeeeeeeeeee\)\n {2}tests\n {4}not ok 0\n/);
    expect(out).toContain('… 18 more lines');
    expect(out).toContain('says npm test, output ffffffffffff');
    expect(out).toMatch(/Changed, a{12}\.\.c{12}: 1 file\n/);
    expect(out).toContain(`… 41 more lines: backend-coordinator escalations ${ID} backend-T001-E1 --full`);
    expect(out).not.toContain('backend-T002-E1');
    expect(out).not.toContain('\u001b');
  });

  test('a signal while one is asked about ends the command with 130, before the next', async () => {
    const interrupt = new AbortController();
    let shown = '';
    const screen = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      shown += String(chunk);
      if (shown.includes('Your decision')) interrupt.abort();
      return true;
    });
    try {
      const over = { services, person: true, screen: { noColor: true }, signal: interrupt.signal };
      const { code, out } = await runCommand(escalations, [ID], {}, live, over);
      expect(code).toBe(130);
      expect(out).toContain('backend-T001-E1');
      expect(out).not.toContain('backend-T002-E1');
    } finally {
      screen.mockRestore();
    }
  });

  test('--full leaves nothing out', async () => {
    const { out } = await runCommand(escalations, [ID, 'backend-T001-E1'], { full: true }, live, {
      services,
    });
    expect(out).toContain('not ok 29');
    expect(out).toContain('+line 99');
    expect(out).not.toContain('more lines');
  });

  const outputOf = (text: string | null) => ({
    ...services,
    blobs: () =>
      Promise.resolve({
        put: () => Promise.reject(new Error('only read')),
        get: (ref: string) => {
          if (ref === gate.report) return Promise.resolve(Buffer.from(JSON.stringify(report)));
          return text === null ? Promise.reject(new Error('not here')) : Promise.resolve(Buffer.from(text));
        },
      }),
  });
  const full = async (text: string | null, json = false): Promise<string> => {
    const args = [ID, 'backend-T001-E1'];
    const over = { services: outputOf(text), json };
    return (await runCommand(escalations, args, { full: true }, live, over)).out;
  };

  test('--full prints the whole output behind what fails, without its secrets', async () => {
    const lines = Array.from({ length: 3000 }, (_, n) => `output line ${String(n)}`);
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const out = await full([...lines, `token ${secret}`, '\u001b[2Jlast'].join('\n'));
    expect(out).toMatch(/says npm test, output ffffffffffff\n {4}output ffffffffffff\n {6}output line 0\n/);
    expect(out).toContain('\n      output line 2999\n      token [redacted:github-token]\n      last\n');
    expect(out).not.toContain(secret);
    const short = await runCommand(escalations, [ID, 'backend-T001-E1'], {}, live, {
      services: outputOf(lines.join('\n')),
    });
    expect(short.out).not.toContain('output line');
  });

  test('--full shows the end of an output that is very long, and says how much is left out', async () => {
    const out = await full(`first\n${'ä'.repeat(1024 * 1024)}\nlast\n`);
    expect(out).toMatch(
      /output ffffffffffff\. The first \d+ bytes are left out; the last 1048576 follow\.\n {6}ä/,
    );
    expect(out).toContain('ä\n      last\n');
    expect(out).not.toContain('first\n');
  });

  test('--full says of an output that is not on this machine so, in a line, and shows the rest', async () => {
    const out = await full(null);
    expect(out).toContain('    output ffffffffffff is not on this machine, or cannot be read.\n');
    expect(out).toContain('+line 99');
  });

  test('as JSON the whole outputs stand beside the receipts', async () => {
    const ref = 'f'.repeat(64);
    expect(JSON.parse(await full('all of it', true))).toMatchObject({
      escalations: [{ failing: { wholeOutputs: [{ ref, output: { text: 'all of it', leftOutBytes: 0 } }] } }],
    });
    expect(JSON.parse(await full(null, true))).toMatchObject({
      escalations: [{ failing: { wholeOutputs: [{ ref, output: null }] } }],
    });
  });

  test('as JSON it is the escalation with all of that beside it', async () => {
    const { out } = await runCommand(escalations, [ID], {}, live, { services, json: true });
    const { escalations: rows } = JSON.parse(out) as { escalations: unknown[] };
    expect(rows).toMatchObject([
      {
        objective: ID,
        ...escalation(),
        attempts: [{ number: 1 }, { number: 2 }],
        consulted: [{ role: 'api-architect', level: 2 }],
        failing: { report: gate.report, receipts: [{ subject: 'tests', outputs: ['f'.repeat(64)] }] },
        diff: { text: diff, cut: false },
      },
      { id: 'backend-T002-E1', attempts: [] },
    ]);
  });

  test('says what this machine does not have, and shows the rest', async () => {
    const gone = () => Promise.reject(new Error('not here'));
    const { out } = await runCommand(escalations, [ID, 'backend-T001-E1'], {}, live, {
      services: { blobs: gone, repositories: gone },
    });
    expect(out).toContain('note: The receipts eeeeeeeeeeee cannot be read on this machine.');
    expect(out).toContain('note: The commits aaaaaaaaaaaa..cccccccccccc cannot be read on this machine.');
    expect(out).toContain('not ok 0');
  });

  test.each([
    ['backend-T009-E1', /has no open question backend-T009-E1; .*escalations/],
    ['backend-T001-E0', /backend-T001-E0 is decided already: skip by bob; /],
  ])('%s cannot be shown: one sentence, exit 2', async (wanted, message) => {
    await expect(runCommand(escalations, [ID, wanted], {}, live)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      exitCode: 2,
    });
  });

  test('of an objective that is finished it says so', async () => {
    const over: Script = {
      executions: [execution(ID, { state: 'completed' })],
      worker: true,
      query: () => status({ state: 'delivered', outcome: 'delivered' }),
    };
    const { code, out } = await runCommand(escalations, [ID], {}, over);
    expect([code, out]).toEqual([0, `No question is open: ${ID} is finished, delivered.\n`]);
  });

  test.each([
    [ID, {}, 2, /There is no objective/],
    ['nonsense', {}, 2, /There is no objective nonsense/],
    [
      ID,
      {
        executions: [execution(ID)],
        query: () => Promise.reject(Object.assign(new Error('no poller seen'), { name: 'QueryError' })),
      },
      5,
      /No worker answers/,
    ],
  ])('%s with %j: one sentence and its exit code', async (id, script, exitCode, message) => {
    await expect(runCommand(escalations, [id], {}, script)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      exitCode,
    });
  });
});
