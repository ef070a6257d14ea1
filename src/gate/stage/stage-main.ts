import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { createFigures } from './host/figures';
import { runLoad } from './host/run-load';
import { sendRequest } from './host/send-request';
import { createTools } from './host/run-tool';
import { createServiceProcess } from './host/service-process';
import { measureSlowdown } from './host/measure-slowdown';
import { openRelay, type Relay } from './host/relay';
import type { StageCommand, StageLine } from './protocol';

const scratch = process.argv[2] ?? '/tmp';
// Read before the service starts, and a plain write afterwards: what the service does to this process cannot change it.
const write = process.stdout.write.bind(process.stdout);
const say = (line: StageLine): void => {
  write(`${JSON.stringify(line)}\n`);
};

const figures = createFigures(scratch);
const service = createServiceProcess({
  env: figures.environment,
  onLog: (text) => say({ event: 'log', text }),
  onExit: (code, signal) => say({ event: 'exit', code, signal }),
  onFlood: () => say({ event: 'flood' }),
});
const relays: Relay[] = [];
const tools = createTools(scratch);

async function answer(command: StageCommand): Promise<unknown> {
  switch (command.kind) {
    case 'relay':
      relays.push(await openRelay(command.relay));
      return null;
    case 'start':
      await figures.ready;
      return service.start(command.start);
    case 'request':
      return sendRequest(service.address(), command.request);
    case 'load':
      return runLoad(service.address(), command);
    case 'tool':
      return tools.run(service.address(), command.tool);
    case 'figures':
      return figures.read({ pids: service.pids(), collect: command.collect });
    case 'slowdown':
      return measureSlowdown();
    case 'database':
      for (const relay of relays) await relay.setReachable(command.reachable);
      return null;
  }
}

function end(): void {
  service.kill();
  tools.kill();
  // In the sandbox it is the whole /tmp, which goes by itself.
  if (basename(scratch).startsWith('stage-')) rmSync(scratch, { recursive: true, force: true });
  process.exit(0);
}

// However the parent ends, its end of the pipe closes.
const lines = createInterface({ input: process.stdin });
lines.on('close', end);
process.on('SIGTERM', end);
process.stdout.on('error', end);
lines.on('line', (line) => {
  const { id, ...command } = JSON.parse(line) as StageCommand & { readonly id: number };
  answer(command).then(
    (ok) => say({ id, ok }),
    (error: unknown) => say({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
