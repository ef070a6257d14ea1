import type { GateFinding } from '../../../domain/receipt';
import type { ProcessFigures, ProbeRequest, RunningService } from '../../facts/service';
import { shown } from './load-figures';

/** Memory before and after two loads of the same size. */
export interface MemoryCourse {
  readonly figures: readonly [ProcessFigures, ProcessFigures, ProcessFigures];
  readonly amount: number;
}

/** Growth that is no steady state any more (charter: memory monitored). */
export const MOST_GROWTH = 0.2;
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
export function growthOf(values: readonly (number | null)[]): number | null {
  const [before, , after] = values;
  return before == null || after == null || before === 0 ? null : (after - before) / before;
}

/** Memory that grows and goes on growing. One step that stays, such as a larger heap, is no leak. */
export function memoryFindings({ figures, amount }: MemoryCourse): GateFinding[] {
  const resident = figures.map(({ rssBytes }) => rssBytes);
  const heap = figures.map(({ heapBytes }) => heapBytes);
  const left = perRequest(heap, amount);
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
function perRequest([before, between, after]: readonly (number | null)[], amount: number): number | null {
  if (before == null || between == null || after == null) return null;
  return Math.min(between - before, after - between) / amount;
}

function goesOn([before, between, after]: readonly (number | null)[]): boolean {
  if (before == null || between == null || after == null) return false;
  return after - between >= (between - before) / 2;
}

/** A row for people. */
export function memoryRow({ figures, amount }: MemoryCourse): string {
  const course = (of: (figure: ProcessFigures) => number | null): string =>
    figures.map((figure) => megabytes(of(figure))).join(' -> ');
  const resident = figures.map(({ rssBytes }) => rssBytes);
  return (
    `resident memory ${course(({ rssBytes }) => rssBytes)} MiB (${percent(growthOf(resident))}), ` +
    `heap after garbage collection ${course(({ heapBytes }) => heapBytes)} MiB, over 2 x ${String(amount)} requests`
  );
}

const megabytes = (bytes: number | null): string => (bytes === null ? 'unknown' : shown(bytes / MEGABYTE));

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(share * 100).toFixed(0)} %`;
}

const FIGURE =
  /\b(?:rss|residentset\w*|resident_?(?:set|memory)\w*|process_resident_memory_bytes|heap_?used\w*|heap_?total\w*|memory_?(?:usage|used|bytes|mb|info)\w*|jvm[._]memory\w*|python_gc\w*|process_memory\w*)\b/i;

/** Whether a text, such as an answer or a log, tells how much memory the process uses. */
export function tellsMemory(text: string): boolean {
  return FIGURE.test(text) && /\d/.test(text);
}
