import type { GateFinding } from '../../../domain/quality-gate/receipt';
import type { ProcessFigures, ProbeRequest, RunningService } from '../../facts/service';
import { shown } from './load-figures';

/** Memory before and after each of several loads of the same size. */
export interface MemoryCourse {
  readonly figures: readonly ProcessFigures[];
  readonly amount: number;
}

/** Growth that is no steady state any more (charter: memory monitored). */
const MOST_GROWTH = 0.2;
/** What each request leaves behind, load after load. */
const LEFT_BYTES = 1024;
const MOST_REQUESTS = 600;
const FEWEST_REQUESTS = 40;
/** Fewer requests show only a larger leak above what a heap does by itself. */
const FEW_REQUESTS = 150;
const LEFT_BYTES_OF_FEW = 1536;
const MEGABYTE = 1024 * 1024;

/**
 * Runs the same load twice on a service that is warm, and looks at its memory before, between and after. A suspicion
 * counts when a third load shows it again.
 */
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
  // A busy machine takes longer and leaks as much: what shows a leak comes before the budget, unless requests are slow.
  const fewest = msEach * FEW_REQUESTS < budgetMs * 2 ? FEW_REQUESTS : FEWEST_REQUESTS;
  const amount = Math.max(fewest, Math.min(MOST_REQUESTS, Math.floor(budgetMs / 2 / msEach)));
  const course = { figures: [before, await load(amount), await load(amount)], amount };
  return memoryFindings(course).length === 0
    ? course
    : { figures: [...course.figures, await load(amount)], amount };
}

/** One figure before, between and after the loads; null where it is not known all along. */
function courseOf(
  { figures }: MemoryCourse,
  of: (figures: ProcessFigures) => number | null,
): readonly number[] | null {
  const course = figures.map(of).filter((value) => value !== null);
  return course.length < figures.length || course.length < 3 ? null : course;
}

/** What each load added. */
function stepsOf(course: readonly number[]): number[] {
  return course.slice(1).map((value, index) => value - (course[index] ?? value));
}

/** Growth over all loads, relative; null where it is not known. */
function growthOf(course: readonly number[] | null): number | null {
  const first = course?.[0] ?? 0;
  return course === null || first === 0 ? null : ((course.at(-1) ?? first) - first) / first;
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
      text: `Resident memory grows by ${percent(growthOf(resident))} over ${String(amount * (memory.figures.length - 1))} requests on a warm service, and goes on growing`,
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

/** The least that a request leaves in any of the loads. */
function perRequest(course: readonly number[] | null, amount: number): number | null {
  return course === null ? null : Math.min(...stepsOf(course)) / amount;
}

/** Each load adds at least half of what the first one did. */
function goesOn(course: readonly number[] | null): boolean {
  if (course === null) return false;
  const [first = 0, ...later] = stepsOf(course);
  return later.every((step) => step >= first / 2);
}

/** A row for people. */
export function memoryRow(memory: MemoryCourse): string {
  const told = (course: readonly number[] | null): string =>
    course === null ? 'unknown' : `${course.map((bytes) => shown(bytes / MEGABYTE)).join(' -> ')} MiB`;
  const resident = courseOf(memory, residentOf);
  return (
    `resident memory ${told(resident)} (${percent(growthOf(resident))}), ` +
    `heap after garbage collection ${told(courseOf(memory, heapOf))}, over ${String(memory.figures.length - 1)} x ${String(memory.amount)} requests`
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
