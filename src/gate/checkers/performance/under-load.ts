import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, type GateChecker } from '../../checker';
import type { RunningService } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { exchangeEvidence } from '../../probes/exchange';
import { limitVariables } from '../../probes/limit-variables';
import { type Attention, attentionRow, blockingFindings, observeAttention } from './blocking';
import { percentile } from './load-figures';
import { type MemoryCourse, memoryFindings, memoryRow, watchMemory } from './memory';
import { isMemoryVisible } from './memory-visible';
import { cheapRequest, findOccasions, type Occasion, type Occasions } from './occasions';
import { measureResponseTimes, p95Of, type ResponseTimes, rowOf, slowFindings } from './response-times';
import { withFindings } from './answers';
import type { Outcome } from '../../outcome';

// Together with the warm-ups all probing of time stays within 6 s.
const RESPONSE_BUDGET_MS = 2_800;
const ATTENTION_BUDGET_MS = 1_500;
const MEMORY_BUDGET_MS = 1_400;
/** What takes longer leaves no time for the amounts that show a leak. */
const SLOW_MS = 60;
/** More is not allowed for: what is far beyond its limit is found on a busy machine too. */
const MOST_SLOWDOWN = 2.5;
/** A limit that the load does not reach. */
const UNREACHED_LIMIT = '100000';

/** What the service did under load, measured once for all items that ask. */
interface LoadReport {
  readonly occasions: Occasions;
  readonly times: readonly ResponseTimes[];
  readonly attention: readonly Attention[];
  readonly memory: MemoryCourse | null;
  readonly isMemoryVisible: boolean;
  readonly connections: number;
  /** Of the machine, while it was measured. */
  readonly slowdown: number;
  readonly note: string;
}

/**
 * Items 22, 23 (what can be measured of it), 24 (at run time) and 35 over one instance of its own: response times in
 * closed loops, then what blocks whom, then memory over two equal loads.
 */
export const underLoad: GateChecker = {
  name: 'under-load',
  version: '4',
  subjects: ['response-time', 'performance-tests', 'memory-monitored', 'non-blocking'],
  scope: 'objective',
  alone: true,
  reads: (path) => !/\.md$|(?:^|\/)(?:docs?|tests?|__tests__)\//.test(path),
  control: findsWhatIsPlanted,
  check: async (inspection) => answersFrom(await measure(inspection), inspection),
};

async function measure(inspection: Inspection): Promise<LoadReport> {
  const asConfigured = await inspection.startService({ seed: true });
  const report = await measureOn(inspection, asConfigured, '');
  if (report.times.every(({ throttled }) => throttled === 0)) return report;
  const names = await limitVariables(inspection);
  if (names.length === 0) return report;
  const env = Object.fromEntries(names.map((name) => [name, UNREACHED_LIMIT]));
  const raised = await inspection.startService({ seed: true, env });
  return measureOn(
    inspection,
    raised,
    `${names.join(', ')} raised, because the limit does not go by address`,
  );
}

async function measureOn(inspection: Inspection, service: RunningService, note: string): Promise<LoadReport> {
  try {
    const { sla } = inspection.settings;
    const { connections } = sla;
    const occasions = await findOccasions(inspection, service);
    const slowdown = await service.slowdown();
    const reads = occasions.all.filter((occasion) => occasion.reads);
    const visible = await isMemoryVisible(inspection, service, occasions);
    if (reads.length === 0) {
      return {
        occasions,
        times: [],
        attention: [],
        memory: null,
        isMemoryVisible: visible,
        connections,
        slowdown,
        note,
      };
    }
    const times = await measureResponseTimes(service, reads, { connections, budgetMs: RESPONSE_BUDGET_MS });
    const attention = await observeAttention(service, occasions.all, {
      cheap: cheapRequest(inspection),
      connections,
      budgetMs: ATTENTION_BUDGET_MS,
    });
    const worn = memoryRequests(occasions.all, service.database !== null);
    const memory = await watchMemory(
      service,
      worn.flatMap(({ requests }) => requests),
      { connections, budgetMs: MEMORY_BUDGET_MS },
    );
    const slowest = Math.min(MOST_SLOWDOWN, Math.max(slowdown, await service.slowdown()));
    return {
      occasions,
      times,
      attention,
      memory,
      isMemoryVisible: visible,
      connections,
      slowdown: slowest,
      note,
    };
  } finally {
    await service.stop();
  }
}

/** What is kept in a database does not grow the process; without one, only reading leaves nothing behind by right. */
function memoryRequests(all: readonly Occasion[], hasDatabase: boolean): readonly Occasion[] {
  const fit = all.filter(({ reads, repeatable }) => reads || (hasDatabase && repeatable));
  const quick = fit.filter(({ response }) => response.ms <= SLOW_MS);
  return quick.length > 0 ? quick : fit;
}

function answersFrom(report: LoadReport, { settings }: Inspection): Answer[] {
  const { occasions, times, attention } = report;
  if (occasions.readingOperations === 0) {
    const outcome = {
      kind: 'not-applicable',
      rule: 'no-read-operations',
      reason: 'the API has no operation that reads, and load on others would not be repeatable',
    } as const;
    return (['response-time', 'performance-tests', 'non-blocking'] as const)
      .map((subject): Answer => ({ subject, outcome }))
      .concat(memoryAnswer(report));
  }
  // That health and figures answer quickly says nothing of what clients wait for.
  const isWorkLoaded = occasions.all.some(({ reads, housekeeping }) => reads && !housekeeping);
  const isUnasked = occasions.workingReads > 0 && !isWorkLoaded;
  if ((times.length === 0 || isUnasked) && occasions.failing.length === 0) {
    throw new CannotTell(`no reading operation could be asked: ${occasions.left.slice(0, 5).join(', ')}`);
  }
  const throttled = times.filter((row) => row.throttled > 0);
  const evidence = evidenceOf(report, settings.sla.p95Ms);
  const unloaded = unloadedFindings(occasions);
  return [
    responseTimeAnswer(report, settings.sla.p95Ms, evidence),
    throttled.length > 0
      ? { subject: 'performance-tests', outcome: throttledOutcome(throttled) }
      : {
          subject: 'performance-tests',
          outcome: withFindings(
            unloaded,
            `a load test ran on this tree: ${String(totalOf(times))} requests over ${String(times.length)} operations`,
          ),
          evidence,
        },
    memoryAnswer(report),
    {
      subject: 'non-blocking',
      outcome: unlessBusy(
        report,
        blockingFindings(attention).length,
        withFindings(
          blockingFindings(attention, report.slowdown),
          `${String(attention.length)} operations under load keep nobody else waiting`,
        ),
      ),
      evidence: [measurement(attention.map(attentionRow))],
    },
  ];
}

/** Where everything that reads for clients fails, no load test of the service can run, whatever its health bears. */
function unloadedFindings({ all, failing }: Occasions): GateFinding[] {
  if (all.some(({ reads, housekeeping }) => reads && !housekeeping)) return [];
  return failing.map(({ name }) => ({
    key: `not-loaded:${name}`,
    text: `${name} fails on a single request, so it cannot be put under load`,
  }));
}

function responseTimeAnswer(report: LoadReport, limitMs: number, evidence: readonly Evidence[]): Answer {
  const { times, occasions } = report;
  const findings = [
    ...occasions.failing.map(({ name, exchange: { response, fault } }) => ({
      key: `fails:${name}`,
      text: `${name} is not answered with success: ${response === null ? (fault ?? 'no answer') : String(response.status)}`,
    })),
    ...slowFindings(times, limitMs, report.slowdown),
  ];
  const throttled = times.filter((row) => row.throttled > 0);
  const worst = Math.max(0, ...times.map(p95Of));
  const left = occasions.left.length === 0 ? '' : `; not asked: ${occasions.left.slice(0, 5).join(', ')}`;
  return {
    subject: 'response-time',
    outcome:
      findings.length === 0 && throttled.length > 0
        ? throttledOutcome(throttled)
        : unlessBusy(
            report,
            slowFindings(times, limitMs).length,
            withFindings(
              findings,
              `p95 is at most ${worst.toFixed(1)} ms over ${String(times.length)} operations, limit ${String(limitMs)} ms${left}`,
            ),
          ),
    evidence: [
      ...evidence,
      ...occasions.failing.slice(0, 3).map(({ exchange }) => exchangeEvidence(exchange)),
    ],
    ...(times.length === 0
      ? {}
      : { measures: { responseTimeP95Ms: worst, responseTimeSamples: totalOf(times) } }),
  };
}

/** What would be found on a machine with time, and is not clear on a busy one, cannot be told. */
function unlessBusy({ slowdown }: LoadReport, suspected: number, outcome: Outcome): Outcome {
  if (outcome.kind !== 'ran-clean' || suspected === 0) return outcome;
  return {
    kind: 'could-not-run',
    ofMachine: true,
    reason: `the machine was too busy to tell: a computation took ${slowdown.toFixed(1)} times its processor time, or more; run it again when less is going on`,
  };
}

function throttledOutcome(throttled: readonly ResponseTimes[]): Answer['outcome'] {
  return {
    kind: 'could-not-run',
    reason: `${throttled
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 300)} answered 429 under load; give \`run.env\` a higher limit for checks`,
  };
}

function memoryAnswer({ memory, isMemoryVisible: visible }: LoadReport): Answer {
  const findings = [
    ...(visible
      ? []
      : [
          {
            key: 'memory-not-observable',
            text: 'Nothing tells how much memory the process uses: no metrics endpoint, no figure in the log, no library for it',
          },
        ]),
    ...(memory === null ? [] : memoryFindings(memory)),
  ];
  if (findings.length === 0 && memory === null) {
    return {
      subject: 'memory-monitored',
      outcome: { kind: 'could-not-run', reason: 'no operation could be put under load' },
    };
  }
  return {
    subject: 'memory-monitored',
    outcome: withFindings(findings, 'memory use is told by the service, and stays level under load'),
    ...(memory === null ? {} : { evidence: [measurement([memoryRow(memory)])] }),
  };
}

function evidenceOf(report: LoadReport, limitMs: number): Evidence[] {
  const how =
    `closed loop of ${String(report.connections)} connections, each from a loopback address of its own; ` +
    `limit ${String(limitMs)} ms; ${process.arch} ${process.platform}, ` +
    `computations take ${report.slowdown.toFixed(1)} times their processor time`;
  return [measurement([...report.times.map(rowOf), how, ...(report.note === '' ? [] : [report.note])])];
}

function measurement(rows: readonly string[]): Evidence {
  return { kind: 'measurement', text: rows.join('\n').slice(0, 2000) };
}

function totalOf(times: readonly ResponseTimes[]): number {
  return times.reduce((total, { amount, runsP95Ms }) => total + amount * runsP95Ms.length, 0);
}

/** Planted figures: a slow operation, a blocking one, a leak. */
function findsWhatIsPlanted(): boolean {
  const samples = [...Array<number>(94).fill(20), ...Array<number>(6).fill(900)];
  const p95 = percentile(samples, 0.95);
  const slow = { name: 'GET /slow', amount: 100, non2xx: 0, errors: 0, throttled: 0 };
  const blocked = { name: 'GET /burn', loopDelayMs: 80, cheapMs: 70, cheapAloneMs: 1 };
  const at = (megabytes: number): MemoryCourse['figures'][number] => ({
    rssBytes: megabytes * 1e6,
    heapBytes: megabytes * 1e6,
    loopDelayP99Ms: null,
    loopDelayMaxMs: null,
  });
  return (
    slowFindings([{ ...slow, runsP95Ms: [p95, p95, p95] }], 200).length === 1 &&
    blockingFindings([blocked, { ...blocked, loopDelayMs: 3 }]).length === 1 &&
    memoryFindings({ figures: [at(60), at(70), at(80)], amount: 100 }).length === 2
  );
}
