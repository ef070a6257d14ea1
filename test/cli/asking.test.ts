// Needs no server: what a person is shown and asked at the live tree, over scripted prompts and a scripted department.
import { PassThrough } from 'node:stream';
import { createAsker } from '../../src/cli/live/ask';
import { escalations } from '../../src/cli/commands/escalations';
import { status as statusCommand } from '../../src/cli/commands/status';
import { createPrompts } from '../../src/cli/live/inquirer-prompts';
import { renderTree } from '../../src/cli/live/render-tree';
import { createScreens } from '../../src/cli/live/screens';
import type { Services } from '../../src/cli/services';
import type { SentMessage } from '../../src/client/department-client';
import { byName } from '../../src/config/call-form';
import { UserError } from '../../src/domain/common/user-error';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { execution } from '../client/fake-gateway';
import { captureTerminal, escalation, ID, status, task } from './fixtures';
import { runCommand, type Script } from './run-command';

const HASH = '1f3a9c2d'.padEnd(64, '0');
const signal = new AbortController().signal;
const forEver = (): Promise<never> => new Promise(() => undefined);

/** An asker whose prompts give these answers in turn; what was shown, offered as default, and sent. */
function scripted(
  answers: readonly string[],
  over: {
    /** What sending says, in turn; after that all is taken. */
    readonly refusals?: readonly UserError[];
    readonly now?: ObjectiveStatus;
    readonly services?: Partial<Services>;
  } = {},
) {
  const left = [...answers];
  const refusals = [...(over.refusals ?? [])];
  const shown: string[] = [];
  const defaults: (string | undefined)[] = [];
  const sent: { readonly name: unknown; readonly payload: unknown; readonly from?: unknown }[] = [];
  const answer = ({ message, initial }: { message: string; initial?: string }): Promise<string> => {
    shown.push(message);
    defaults.push(initial);
    const next = left.shift();
    return next === undefined
      ? Promise.reject(new Error('No more answers are scripted.'))
      : Promise.resolve(next);
  };
  const { terminal } = captureTerminal({ screen: { noColor: true } });
  const asker = createAsker({
    department: {
      send: (request): Promise<SentMessage> => {
        sent.push(request);
        const refusal = refusals.shift();
        return refusal === undefined
          ? Promise.resolve({ applied: true, message: 'decided' })
          : Promise.reject(refusal);
      },
      snapshot: () => Promise.resolve(over.now ?? null),
    },
    display: {
      show: () => undefined,
      note: (line) => shown.push(line),
      pause: () => undefined,
      close: () => undefined,
    },
    prompts: { select: answer, input: answer },
    by: 'ann@tty',
    from: { person: 'ann', channel: 'cli' },
    ...(over.services === undefined
      ? {}
      : { screens: createScreens({ services: over.services as Services, call: byName, terminal }, 1000) }),
    signal,
  });
  return { asker, shown, defaults, sent, left };
}

const gate = {
  tree: 'd'.repeat(40),
  report: 'e'.repeat(64),
  green: false,
  red: [
    { subject: 'tests' as const, excerpt: Array.from({ length: 30 }, (_, n) => `not ok ${n}`).join('\n') },
  ],
  counts: { pass: 0, fail: 1, 'not-applicable': 0, 'needs-review': 0, waived: 0 },
};
const asking = status({
  state: 'awaiting-human',
  escalations: [
    escalation({
      options: [
        ...escalation().options,
        { id: 'other', label: 'Another', consequence: 'takes over', decision: 'reassign' },
      ],
    }),
  ],
  tasks: [task({ specialist: 'nodejs-expert', state: 'suspended', commit: 'c'.repeat(40), gate })],
});
const diff = ['diff --git a/x b/x', ...Array.from({ length: 100 }, (_, n) => `+line ${n}`)].join('\n');
const report = { tree: 'd'.repeat(40), commit: 'c'.repeat(40), base: 'a'.repeat(40), receipts: [] };
const services = {
  blobs: () =>
    Promise.resolve({
      put: () => Promise.reject(new Error('only read')),
      get: () => Promise.resolve(Buffer.from(JSON.stringify(report))),
    }),
  repositories: () => Promise.resolve({ diff: () => Promise.resolve(diff) }),
  audit: () => Promise.resolve({ lines: () => Promise.resolve([]) }),
} as unknown as Partial<Services>;

const live = (now: ObjectiveStatus): Script => ({
  executions: [execution(ID)],
  worker: true,
  query: () => now,
});

describe('a question at the tree', () => {
  test('shows the decision screen that `escalations` shows, in the width of the terminal, and then asks', async () => {
    const { asker, shown } = scripted(['later'], { services });
    await asker(asking);
    const { out } = await runCommand(escalations, [ID], {}, live(asking), {
      services,
      screen: { noColor: true },
    });
    expect([...shown.slice(0, -1), ''].join('\n')).toBe(out);
    expect(shown.at(-1)).toBe('Your decision');
    expect(out).toMatch(
      /Failing \(receipts e{12}\)\n {2}tests\n {4}not ok 0\n[^]*Changed, a{12}\.\.c{12}: 1 file/,
    );
    expect(out).toContain(`… 41 more lines: backend-coordinator escalations ${ID} backend-T001-E1 --full`);
  });

  test.each([
    [
      'this machine lacks blobs and commits',
      { blobs: 'gone', repositories: 'gone' },
      /The receipts .* cannot be read/,
    ],
    [
      'the blob store does not answer',
      { blobs: 'slow' },
      /Not all .* can be shown now; .*escalations .* tries again/,
    ],
    ['the audit log cannot be read', { audit: 'gone' }, /Not all .* can be shown now/],
  ])('is asked all the same, with a line that says so, where %s', async (_, broken, says) => {
    const breaking = Object.entries(broken).map(([name, how]) => [
      name,
      how === 'gone' ? () => Promise.reject(new Error('not here')) : forEver,
    ]);
    const over = { ...services, ...Object.fromEntries(breaking) } as Partial<Services>;
    const { asker, shown, sent } = scripted(['retry', ''], { services: over });
    await asker(asking);
    expect(shown.join('\n')).toContain('Refresh tokens are stored in clear. What now?');
    expect(shown.filter((line) => says.test(line))).toHaveLength(1);
    expect(sent).toMatchObject([{ payload: { decision: 'retry' } }]);
  });
});

describe('an answer that is refused', () => {
  const refusal = new UserError('@cobol-expert is not in the roster.', 'bad-input');

  test('is asked for again at once, with the refusal and what was chosen and typed as defaults', async () => {
    const answers = ['other', '@cobol-expert', 'hash them', 'other', '@nodejs-expert', 'hash them'];
    const { asker, shown, defaults, sent } = scripted(answers, { refusals: [refusal], now: asking });
    await asker(asking);
    expect(defaults).toEqual(['retry', undefined, undefined, 'other', '@cobol-expert', 'hash them']);
    expect(shown).toContain('@cobol-expert is not in the roster. Answer again, or decide later.');
    expect(sent).toMatchObject([
      { payload: { assignee: 'cobol-expert' } },
      { payload: { assignee: 'nodejs-expert', guidance: 'hash them' } },
    ]);
    expect(shown.at(-1)).toBe('decided');
  });

  test('can be left for later then', async () => {
    const { asker, sent } = scripted(['retry', 'x', 'later'], { refusals: [refusal], now: asking });
    await asker(asking);
    expect(sent).toHaveLength(1);
  });

  test('is not asked for again where the question is decided meanwhile', async () => {
    const { asker, shown } = scripted(['retry', 'x'], {
      refusals: [new UserError('bob decided skip already.', 'bad-input')],
      now: status(),
    });
    await asker(asking);
    expect(shown.at(-1)).toBe('bob decided skip already.');
    expect(shown.filter((line) => line === 'Your decision')).toHaveLength(1);
  });

  test('is asked for again where it lacks something, before it is sent', async () => {
    const { asker, shown, sent } = scripted(['accept', '', 'accept', 'it is a sample'], { now: asking });
    await asker(asking);
    expect(shown.join('\n')).toMatch(/accept needs guidance.* Answer again/);
    expect(sent).toMatchObject([{ payload: { decision: 'accept', guidance: 'it is a sample' } }]);
  });

  test('about a plan keeps the comment', async () => {
    const plan = status({ state: 'awaiting-approval' });
    const { asker, defaults, sent } = scripted(['reject', 'too much', 'reject', 'too much'], {
      refusals: [new UserError('Only an architect decides this.', 'bad-input')],
      now: plan,
    });
    await asker(plan);
    expect(defaults).toEqual(['approve', undefined, 'reject', 'too much']);
    expect(sent).toHaveLength(2);
  });

  test('stands in the line to be changed', async () => {
    const screen = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    try {
      const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
      const prompts = await createPrompts(signal, stdin);
      const typed = prompts.input({ message: 'Guidance', initial: 'hash them', signal });
      await new Promise((resolve) => setTimeout(resolve, 100));
      stdin.write('!\r');
      expect(await typed).toBe('hash them!');
    } finally {
      screen.mockRestore();
    }
  });
});

const bundle = {
  name: 'openapi',
  revision: 2,
  hash: HASH,
  kind: 'openapi',
  source: 'openapi.yaml',
  files: [{ path: 'openapi.json', blob: 'b'.repeat(64), bytes: 2, mediaType: 'application/json' }],
  operations: Array.from({ length: 30 }, (_, n) => ({
    name: `GET /orders/${n}`,
    id: null,
    summary: 'Orders',
  })),
  breaking: [{ kind: 'api', where: 'openapi.yaml GET /orders', what: 'total is gone' }],
};
const withBundle = {
  ...services,
  blobs: () => Promise.resolve({ get: () => Promise.resolve(Buffer.from(JSON.stringify(bundle))) }),
} as unknown as Partial<Services>;
const reviewing = (revision = 2, hash = HASH): ObjectiveStatus =>
  status({
    state: 'awaiting-human',
    tasks: [task({ state: 'suspended', waitingFor: 'contract:openapi' })],
    contracts: [
      {
        name: 'openapi',
        path: 'openapi.yaml',
        taskId: 'backend-T001',
        revision,
        hash,
        state: 'shared',
        bundle: 'a'.repeat(64),
        by: null,
        comments: [],
      },
    ],
  });

describe('a contract that waits for review', () => {
  test('is shown within bounds, and approved as the revision that was shown, by whoever sits there', async () => {
    const { asker, shown, sent } = scripted(['approve'], { services: withBundle });
    await asker(reviewing());
    const text = shown.join('\n');
    expect(text).toMatch(/^Contract openapi waits to be reviewed\.\nopenapi, revision 2: shared\n/);
    expect(text).toContain('  breaking: openapi.yaml GET /orders: total is gone\n');
    expect(text).toContain(
      `  … 10 more: backend-coordinator contract ${ID} openapi\nFiles\n  openapi.json  2 bytes\n`,
    );
    expect(text).toContain(`Get them: backend-coordinator contract ${ID} openapi --out <dir>`);
    expect(sent).toMatchObject([
      {
        name: 'reviewContract',
        payload: { contract: HASH, decision: 'approve', by: 'ann@tty' },
        from: { person: 'ann', channel: 'cli' },
      },
    ]);
  });

  test('is sent back with comments, which are asked for again where there are none', async () => {
    const answers = ['request-changes', ' ', 'request-changes', 'a cursor, please'];
    const { asker, shown, sent } = scripted(answers, { services: withBundle, now: reviewing() });
    await asker(reviewing());
    expect(shown).toContain('Request-changes needs comments. Answer again, or decide later.');
    expect(sent).toMatchObject([{ payload: { decision: 'request-changes', comments: 'a cursor, please' } }]);
  });

  test('is asked about once, and anew when it was revised', async () => {
    const { asker, sent, left } = scripted(['later', 'approve'], { services: withBundle });
    await asker(reviewing());
    await asker(reviewing());
    expect(left).toEqual(['approve']);
    await asker(reviewing(3, 'f'.repeat(64)));
    expect(sent).toMatchObject([{ payload: { contract: 'f'.repeat(64) } }]);
  });

  test('is asked about where its bundle cannot be read, which is said', async () => {
    const { asker, shown, sent } = scripted(['approve'], {
      services: { ...services, blobs: () => Promise.reject(new Error('not here')) },
    });
    await asker(reviewing());
    expect(shown.join('\n')).toMatch(
      /revision 2 of openapi\.yaml\n {2}note: What is in it cannot be shown now/,
    );
    expect(sent).toHaveLength(1);
  });
});

describe('a plan and a contract that wait', () => {
  const approve = {
    plan: `backend-coordinator plan ${ID} approve`,
    contract: `backend-coordinator contract ${ID} openapi --approve`,
  };
  const both = { ...reviewing(), state: 'awaiting-approval' as const };

  test('stand below the tree with the command, until the objective has ended', () => {
    const view = { columns: 80, paint: captureTerminal().terminal.paint, uiUrl: null };
    const text = renderTree(both, view);
    expect(text).toContain(`? The plan of 1 tasks waits for approval.\n  ${approve.plan}`);
    expect(text).toContain(`? Contract openapi waits to be reviewed.\n  ${approve.contract}`);
    expect(renderTree({ ...both, outcome: 'cancelled' }, view)).not.toContain('--approve');
  });

  test.each([
    ['status', statusCommand],
    ['escalations', escalations],
  ])('are named by `%s <id>` with the commands that show and decide them', async (_, command) => {
    const { out } = await runCommand(command, [ID], {}, live(both), { services });
    expect(out).toContain(
      `The plan waits for approval: backend-coordinator plan ${ID}, then ${approve.plan}\n`,
    );
    expect(out).toContain(
      `Contract openapi waits to be reviewed: backend-coordinator contract ${ID} openapi, then ${approve.contract}\n`,
    );
    expect(out).not.toContain('No question is open.');
  });

  test('are told by `escalations <id> --json` with the command that shows them', async () => {
    const { out } = await runCommand(escalations, [ID], {}, live(both), { services, json: true });
    expect(JSON.parse(out)).toEqual({
      escalations: [],
      plans: [
        expect.objectContaining({
          objective: ID,
          id: 'plan-v1',
          command: expect.stringContaining(`plan ${ID}`),
        }),
      ],
      contracts: [expect.objectContaining({ id: 'contract:openapi', recommended: 'approve' })],
    });
  });

  test('are no questions: their ids lead to the commands that show them', async () => {
    await expect(runCommand(escalations, [ID, 'contract:openapi'], {}, live(both))).rejects.toMatchObject({
      message: `contract:openapi is a contract to be reviewed; \`backend-coordinator contract ${ID} openapi\` shows it.`,
      exitCode: 2,
    });
  });
});
