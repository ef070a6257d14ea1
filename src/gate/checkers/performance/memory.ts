import type { GateFinding } from '../../../domain/receipt';
import type { ProcessFigures, ProbeRequest, RunningService } from '../../facts/service';
import { shown } from './load-figures';

/** Memory before and after two loads of the same size. */
export interface MemoryCourse {
  readonly figures: readonly [ProcessFigures, ProcessFigures, ProcessFigures];
  readonly amount: number;
}

/** Growth that is no steady state any more (charter: memory monitored). */
const MOST_GROWTH = 0.2;
/** What each request leaves behind, load after load. */
const LEFT_BYTES = 512;
const MOST_REQUESTS = 600;
const FEWEST_REQUESTS = 40;
/** Fewer requests show only a larger leak above what a heap does by itself. */
const FEW_REQUESTS = 200;
const LEFT_BYTES_OF_FEW = 4 * 1024;
const MEGABYTE = 1024 * 1024;

/** Runs the same load twice on a service that is warm, and looks at its memory before, between and after. */
export async function watchMemory(
  service: RunningService,
  requests: readonly ProbeRequest[],
  { connections, budgetMs }: { readonly connections: number; readonly budgetMs: number },
): Promise<MemoryCourse> {
  const load = async (amount: number): Promise<ProcessFigures> => {
    await service.load({ requests, amount, connections, timeoutMs: Math.max(2_000, budgetMs * 2) });
    return service.figures({ collect: true });
  };
  const startedAt = performance.now();
  const before = await load(FEWEST_REQUESTS);
  const msEach = (performance.now() - startedAt) / FEWEST_REQUESTS;
  const amount = Math.max(FEWEST_REQUESTS, Math.min(MOST_REQUESTS, Math.floor(budgetMs / 2 / msEach)));
  return { figures: [before, await load(amount), await load(amount)], amount };
}

/** Growth over both loads, relative; null where it is not known. */
function growthOf(course: Course | null): number | null {
  return course === null || course[0] === 0 ? null : (course[2] - course[0]) / course[0];
}

/** One figure before, between and after. */
type Course = readonly [number, number, number];

/** Null where the figure is not known all along. */
function courseOf(
  { figures: [first, second, third] }: MemoryCourse,
  of: (figures: ProcessFigures) => number | null,
): Course | null {
  const [before, between, after] = [of(first), of(second), of(third)];
  return before === null || between === null || after === null ? null : [before, between, after];
}

const residentOf = ({ rssBytes }: ProcessFigures): number | null => rssBytes;
const heapOf = ({ heapBytes }: ProcessFigures): number | null => heapBytes;

/** Memory that grows and goes on growing. One step that stays, such as a larger heap, is no leak. */
export function memoryFindings(memory: MemoryCourse): GateFinding[] {
  const { amount } = memory;
  const resident = courseOf(memory, residentOf);
  const left = perRequest(courseOf(memory, heapOf), amount);
  const findings: GateFinding[] = [];
  if ((growthOf(resident) ?? 0) >= MOST_GROWTH && goesOn(resident)) {
    findings.push({
      key: 'memory-grows',
      text: `Resident memory grows by ${percent(growthOf(resident))} over ${String(amount * 2)} requests on a warm service, and goes on growing`,
    });
  }
  if (left !== null && left >= (amount < FEW_REQUESTS ? LEFT_BYTES_OF_FEW : LEFT_BYTES)) {
    findings.push({
      key: 'heap-grows',
      text: `Each request leaves ${shown(left / 1024)} KiB on the heap that garbage collection does not free`,
    });
  }
  return findings;
}

/** The smaller of what a request leaves in each of the loads. */
function perRequest(course: Course | null, amount: number): number | null {
  if (course === null) return null;
  const [before, between, after] = course;
  return Math.min(between - before, after - between) / amount;
}

function goesOn(course: Course | null): boolean {
  if (course === null) return false;
  const [before, between, after] = course;
  return after - between >= (between - before) / 2;
}

/** A row for people. */
export function memoryRow(memory: MemoryCourse): string {
  const told = (course: Course | null): string =>
    course === null ? 'unknown' : `${course.map((bytes) => shown(bytes / MEGABYTE)).join(' -> ')} MiB`;
  const resident = courseOf(memory, residentOf);
  return (
    `resident memory ${told(resident)} (${percent(growthOf(resident))}), ` +
    `heap after garbage collection ${told(courseOf(memory, heapOf))}, over 2 x ${String(memory.amount)} requests`
  );
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(share * 100).toFixed(0)} %`;
}

const FIGURE =
  /\b(?:rss|residentset\w*|resident_?(?:set|memory)\w*|process_resident_memory_bytes|heap_?used\w*|heap_?total\w*|memory_?(?:usage|used|bytes|mb|info)\w*|jvm[._]memory\w*|python_gc\w*|process_memory\w*)\b/i;

/** Whether a text, such as an answer or a log, tells how much memory the process uses. */
export function tellsMemory(text: string): boolean {
  return FIGURE.test(text) && /\d/.test(text);
}
