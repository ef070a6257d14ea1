// Needs git, loopback and temporary folders; bubblewrap for one half (skipped and counted without it). No server of ours.
import { CONTEXT_CATEGORIES } from '../../src/domain/context/context-categories';
import { mayReceive } from '../../src/domain/context/context-rules';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { createSandbox, probeSandbox, type Sandbox } from '../../src/sandbox/sandbox';
import {
  CANARY_FILES,
  canaryOf,
  createCanaryRepository,
  type CanaryRepository,
} from './support/canary-repository';
import { attemptNosily, NOSY_TURNS } from './support/nosy-attempt';
import { startStandIn, type StandIn } from './support/stand-in';
import { hasBubblewrap } from '../support/bubblewrap';

const PATH = '/usr/local/bin:/usr/bin:/bin';
const withBubblewrap = hasBubblewrap ? describe : describe.skip;

let standIn: StandIn;
let repository: CanaryRepository;
beforeAll(async () => {
  standIn = await startStandIn(() => NOSY_TURNS);
});
afterAll(() => standIn.stop());
beforeEach(() => {
  standIn.forget();
  repository = createCanaryRepository();
});
afterEach(() => repository.remove());

function expectOnlyItsOwn(role: string, transcript: string): void {
  const bytes = standIn.received();
  const seen = CONTEXT_CATEGORIES.map((row) => row.key).filter((category) =>
    bytes.includes(canaryOf(category)),
  );
  const planted = CANARY_FILES.map((row) => row.category);
  const allowed = CONTEXT_CATEGORIES.map((row) => row.key).filter((category) => mayReceive(role, category));
  expect(seen.filter((category) => !allowed.includes(category))).toEqual([]);
  // Otherwise a run that reads nothing at all would pass.
  expect(allowed.filter((category) => planted.includes(category) && !seen.includes(category))).toEqual([]);
  // The tests of the repository printed every file and copied it, and the places they name are still there.
  const places = CANARY_FILES.filter((row) => !transcript.includes(`${row.path}:1:1 failed`));
  expect(places).toEqual([]);
  expect(transcript.includes('lines are withheld: they quote files')).toBe(true);
}

withBubblewrap('in bubblewrap', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = createSandbox(await probeSandbox({ PATH }));
  });

  test.each(SPECIALIST_NAMES)(
    '@%s, however it tries, sends no canary of a category it is denied, and those of all others',
    async (role) => {
      const { end, context, blobs } = await attemptNosily({ role, repository, sandbox, url: standIn.url });
      expect(end.kind).toBe('handed-off');
      expectOnlyItsOwn(role, blobs.join('\n'));
      expect(context?.filtered).toBeGreaterThan(0);
      expect(context?.sent).toBeGreaterThan(0);
      expect(context?.offered).toBe((context?.filtered ?? 0) + (context?.sent ?? 0));
      expect(context?.exceptions.every((row) => row.path.startsWith('src/auth/'))).toBe(true);
      expect(context?.flags.map((row) => row.flag)).toContain('denied');
      expect(context?.unmaskedShell).toBe(false);
    },
  );
});

test.each(['api-architect', 'nodejs-expert'])(
  '@%s with a shell that no sandbox masks: lines of denied files are withheld, and the account says so',
  async (role) => {
    const sandbox = createSandbox({ level: 'none', detail: '' });
    const { context, blobs } = await attemptNosily({ role, repository, sandbox, url: standIn.url });
    expectOnlyItsOwn(role, blobs.join('\n'));
    expect(context?.unmaskedShell).toBe(true);
  },
);
