import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';

let installed = false;

/** Sends the log of the Temporal libraries to `logs/worker.log` of the home: the terminal belongs to people. */
export async function installWorkerLog(home: string): Promise<void> {
  if (installed) return;
  installed = true;
  const { DefaultLogger, makeTelemetryFilterString, Runtime } = await import('@temporalio/worker');
  const folder = join(home, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = createWriteStream(join(folder, 'worker.log'), { flags: 'a', mode: 0o600 });
  // A full disk must not end a worker for the sake of its log.
  file.on('error', () => undefined);
  Runtime.install({
    // The signals are the command line's own.
    shutdownSignals: [],
    // Without this the native core writes its warnings to the terminal by itself.
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
    logger: new DefaultLogger('INFO', ({ level, timestampNanos, message, meta }) => {
      const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      file.write(`${at} ${level} ${message} ${JSON.stringify(meta ?? {}, stringifyBigInt)}\n`);
    }),
  });
}

function stringifyBigInt(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.stack;
  return typeof value === 'bigint' ? value.toString() : value;
}
