// Needs Temporal and git: kills separate processes, each in a pid namespace of its own where bubblewrap is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUERIES } from '../../src/domain/objective/messages';
import { ObjectiveStatus } from '../../src/domain/objective/status';
import { turnOf, type StubRequest } from '../support/provider-stub';
import { scriptedAnswer, STEPS, TASKS } from './scripted-department';
import { git, openStage, pause, type Stage } from './stage';

const KILLS = 20;
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 100_000);
const RUN_TIMEOUT_MS = 900_000;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(scriptedAnswer);
});
afterEach(() => stage.dispose());

test(
  `a worker and server killed at ${String(KILLS)} seeded points lose nothing, and pay one call a kill at most`,
  async () => {
    const expected = await treeOf(await run('objective-calm-00000000', 0));
    const calmRequests = stage.stub.requests.length;
    // Analysis, plan, for each task its steps and the handoff; two reviewers and the comparison.
    expect(calmRequests).toBe(2 + TASKS.length * (STEPS + 1) + 3);
    await stage.clear();

    const chaos = await run('objective-chaos-00000000', KILLS).catch((error: unknown) => {
      throw new Error(`With CHAOS_SEED=${String(SEED)}: ${String(error)}`, { cause: error });
    });
    const seed = `seed ${String(SEED)}`;
    const asked = stage.stub.requests.slice(calmRequests);

    // Lost workers are no failures of work.
    const attempts = chaos.status.tasks.map((task) =>
      task.attempts.map(({ number, level, outcome, summary }) => ({ number, level, outcome, summary })),
    );
    const single = [{ number: 1, level: 0, outcome: 'handed-off', summary: 'handed off: Done.' }];
    expect([seed, attempts]).toEqual([seed, TASKS.map(() => single)]);
    // The final tree is that of the run nobody disturbed: every command's effect stands exactly once.
    expect([seed, await treeOf(chaos)]).toEqual([seed, expected]);
    // Every task's commit exists once on the branch.
    const log = await git(
      chaos.repository,
      'log',
      '--format=%(trailers:key=Coordinator-Attempt,valueonly)',
      chaos.branch,
    );
    expect([
      seed,
      log
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ]).toEqual([seed, TASKS.map((task) => `${task}/1`)]);
    // At most the one call in flight of each attempt is made again: the same turn is asked for twice at most a kill.
    const again = repeated(asked);
    const interruptions = asked.filter((request) =>
      JSON.stringify(request.messages.at(-1)).includes('its outcome is unknown'),
    );
    // A command of unknown outcome costs one turn more, in which it is made again.
    const more = interruptions.length - repeated(interruptions);
    expect([seed, asked.length]).toEqual([seed, calmRequests + more + again]);
    expect([seed, again <= KILLS * TASKS.length]).toEqual([seed, true]);
    // The ledger counts what the provider counted; a call it may have lost count of is counted as paid.
    const { usage } = chaos.status;
    expect([seed, usage.requests >= asked.length]).toEqual([seed, true]);
    expect([seed, usage.requests - asked.length <= KILLS * TASKS.length]).toEqual([seed, true]);
    expect(stage.left('worktrees')).toEqual([]);
    expect(stage.left('checkouts')).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

/** How many requests ask for a turn that was asked for before: same task, same conversation. */
function repeated(requests: readonly StubRequest[]): number {
  const keys = requests.map((request) => JSON.stringify([turnOf(request), request.messages]));
  return keys.length - new Set(keys).size;
}

interface Done {
  readonly repository: string;
  readonly branch: string;
  readonly status: ObjectiveStatus;
}

/** One objective from start to delivery, with so many kills on the way. */
async function run(objectiveId: string, kills: number): Promise<Done> {
  const random = mulberry32(SEED);
  let server = await stage.startServer();
  let worker = await stage.startWorker();
  const { handle, repository, close } = await stage.startObjective(objectiveId);
  const end = { reached: false };
  const result = handle.result().finally(() => {
    end.reached = true;
  });
  result.catch(() => undefined);
  let done = 0;
  while (done < kills) {
    await killingPoint(objectiveId, random, () => end.reached);
    if (end.reached) break;
    await worker.kill();
    done++;
    if (done % 7 === 0) {
      await server.kill();
      server = await stage.startServer();
    }
    worker = await stage.startWorker();
  }
  expect([SEED, done]).toEqual([SEED, kills]);
  await result;
  const status = ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
  await close();
  await worker.kill();
  await server.kill();
  expect(status.outcome).toBe('delivered');
  return { repository, branch: status.delivery?.branch ?? '', status };
}

/**
 * Waits for a point to kill at: after some more lines of the journals, or in the moment a command has had its effect
 * and is not recorded yet.
 */
async function killingPoint(objectiveId: string, random: () => number, over: () => boolean): Promise<void> {
  const lines = 1 + Math.floor(random() * 6);
  const atEffect = random() < 0.4;
  const from = journalLines(objectiveId);
  const effects = effectBytes(objectiveId);
  for (let round = 0; round < 20_000 && !over(); round++) {
    if (atEffect ? effectBytes(objectiveId) > effects : journalLines(objectiveId) >= from + lines) return;
    await pause(3);
  }
}

function journalLines(objectiveId: string): number {
  const dir = join(stage.home, 'journals', objectiveId);
  if (!existsSync(dir)) return 0;
  return readdirSync(dir).reduce(
    (sum, name) => sum + readFileSync(join(dir, name), 'utf8').split('\n').length - 1,
    0,
  );
}

function effectBytes(objectiveId: string): number {
  return TASKS.reduce((sum, task) => {
    const file = join(stage.home, 'worktrees', objectiveId, task, 'docs', task, 'effects.txt');
    return sum + (existsSync(file) ? readFileSync(file).length : 0);
  }, 0);
}

const treeOf = async ({ repository, branch }: Done): Promise<string> =>
  (await git(repository, 'rev-parse', `${branch}^{tree}`)).trim();

/** A small seeded generator, so that a failing run can be had again. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
