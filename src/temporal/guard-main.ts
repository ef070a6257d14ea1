import { GuardOptions, runGuard } from './guard';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stop.abort();
  });
}
// A closed terminal is no reason to stop: leases are.
process.on('SIGHUP', () => undefined);

runGuard(GuardOptions.parse(JSON.parse(process.argv[2] ?? '{}')), stop.signal).then(
  () => {
    process.exit(0);
  },
  (error: unknown) => {
    console.error(new Date().toISOString(), error);
    process.exit(1);
  },
);
