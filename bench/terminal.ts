import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDisplay } from '../src/cli/live/display';
import { createTerminal, type Streams } from '../src/cli/terminal';
import { ObjectiveStatus } from '../src/domain/objective/status';
import { NO_USAGE } from '../src/domain/usage/usage';
import { figure, percentile, type Figure } from './figures';
import { BASE } from './smooth-activities';

const TASKS = 50;
/** As often as the live view asks, for so long. */
const POLL_MS = 400;
const WATCHED_MS = 10_000;
/** Tasks whose words change between two snapshots. */
const MOVING = 4;

/** The live tree of a run with 50 tasks: the share of a core that reading and redrawing its snapshots takes. */
export async function benchTerminal(): Promise<Figure[]> {
  const written: number[] = [];
  const screen = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.length);
        done();
      },
    }),
    { isTTY: true, columns: 120, rows: 80 },
  );
  const streams: Streams = {
    stdin: Object.assign(new PassThrough(), { isTTY: true }),
    stdout: screen,
    stderr: screen,
  };
  const terminal = createTerminal(streams, { json: false, noColor: false, ci: false });
  const display = await createDisplay(terminal, { uiUrl: null, onKey: () => undefined });
  display.show(snapshot(0));
  const before = process.cpuUsage();
  const begun = performance.now();
  for (let round = 1; performance.now() - begun < WATCHED_MS; round += 1) {
    // As it comes from the workflow: a text that is parsed and checked.
    display.show(ObjectiveStatus.parse(JSON.parse(JSON.stringify(snapshot(round)))));
    await sleep(POLL_MS);
  }
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  display.close();
  return [
    figure(`live tree at ${String(TASKS)} tasks, share of a core`, (user + system) / 10 / elapsed, '%', 5),
    figure('live tree, written per redraw p95', percentile(written, 0.95), 'bytes'),
  ];
}

function snapshot(round: number): ObjectiveStatus {
  const startedAt = '2030-01-01T00:00:00.000Z';
  const tasks = Array.from({ length: TASKS }, (_, index): ObjectiveStatus['tasks'][number] => {
    const moving = index % (TASKS / MOVING) < 1;
    return {
      id: `backend-T${String(index + 1).padStart(3, '0')}`,
      title: `Build part ${String(index + 1)} of the service`,
      specialist: 'nodejs-expert',
      kind: 'implementation',
      priority: 'medium',
      dependsOn: index === 0 ? [] : [`backend-T${String(index).padStart(3, '0')}`],
      group: 1 + Math.floor(index / 8),
      state: moving ? 'running' : 'pending',
      level: 0,
      attempts: [],
      doing: moving ? `turn ${String(round)}` : '',
      startedAt: moving ? startedAt : null,
      endedAt: null,
      waitingFor: null,
      firstGatePassed: null,
      commit: null,
      gate: null,
      usage: { ...NO_USAGE, requests: round, input: 1000 * round, output: 100 * round },
    };
  });
  return {
    objectiveId: 'objective-bench-00000000',
    objective: 'Build a service of fifty parts',
    state: 'running',
    outcome: null,
    reason: null,
    repository: 'bench',
    baseCommit: BASE,
    integrationHead: null,
    model: { kind: 'anthropic' },
    sandbox: 'none',
    stack: 'node',
    plan: null,
    tasks,
    escalations: [],
    decisions: [],
    gate: null,
    delivery: null,
    usage: { ...NO_USAGE, input: 50_000 * round },
    budgetUsd: 10,
    startedAt,
    now: new Date(Date.parse(startedAt) + round * POLL_MS).toISOString(),
    events: [],
    ignored: [],
  };
}
