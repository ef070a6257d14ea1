const CPU_MICROSECONDS = 30_000;
const LONGEST_MS = 1_000;

/** How many times longer than its processor time a computation takes right now: 1 on a machine that is free. */
export function measureSlowdown(): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  for (;;) {
    for (let i = 0, x = 1; i < 20_000; i += 1) x = Math.imul(x, 31) + i;
    const { user, system } = process.cpuUsage(before);
    const ms = performance.now() - startedAt;
    if (user + system >= CPU_MICROSECONDS || ms > LONGEST_MS) {
      return Math.max(1, ms / Math.max(1, (user + system) / 1000));
    }
  }
}
