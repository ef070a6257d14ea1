// Loaded into the target's Node processes with --require. It must not change what they do: no handle keeps them alive,
// no error reaches them, and nothing is loaded but Node's own modules.
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const RESOLUTION_MS = 10;
/** Buffers are swept beside the garbage collection. */
const SWEEP_MS = 25;

function collectGarbage(): void {
  try {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') (collect as () => void)();
  } catch {
    // a runtime that cannot be asked
  }
}

function report(path: string): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const socket = connect(path);
  socket.unref();
  socket.on('error', () => socket.destroy());
  socket.on('connect', () => {
    delay.enable();
    socket.write(`${JSON.stringify({ pid: process.pid })}\n`);
  });
  socket.on('data', (asked: Buffer) => {
    for (const letter of asked.toString('latin1')) {
      const milliseconds = (nanoseconds: number): number =>
        Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) : 0;
      // A timer that fires on time counts as no delay.
      const measured = { p99Ms: milliseconds(delay.percentile(99)), maxMs: milliseconds(delay.max) };
      const tell = (): void => {
        const { heapUsed, external } = process.memoryUsage();
        socket.write(`${JSON.stringify({ ...measured, heapBytes: heapUsed + external })}\n`);
      };
      if (letter === 'c') {
        collectGarbage();
        setTimeout(() => {
          collectGarbage();
          tell();
          delay.reset();
        }, SWEEP_MS).unref();
      } else tell();
      delay.reset();
    }
  });
}

try {
  const path = process.env['SERVICE_FIGURES_SOCKET'];
  if (path !== undefined) report(path);
} catch {
  // the service matters, not its figures
}
