import { LLMock } from '@copilotkit/aimock';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** A call of a tool as a scripted model makes it. */
export interface ScriptedCall {
  readonly name: string;
  readonly input: unknown;
}

/** A Messages API server that is not ours, with every byte it received. */
export interface StandIn {
  readonly url: string;
  /** Everything sent to it so far, as text. */
  received(): string;
  forget(): void;
  stop(): Promise<void>;
}

/**
 * Starts a server whose model makes these calls, one list a turn, whatever it is told; afterwards it hands in. A relay in
 * front of it keeps the bytes.
 */
export async function startStandIn(turns: () => readonly (readonly ScriptedCall[])[]): Promise<StandIn> {
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  mock.on({ predicate: () => true }, ({ messages }) => {
    const turn = messages.filter((message) => message.role === 'assistant').length;
    const calls = turns()[turn] ?? [HAND_IN];
    return {
      toolCalls: calls.map((call, index) => ({
        id: `toolu_${String(turn)}_${String(index)}`,
        name: call.name,
        arguments: JSON.stringify(call.input),
      })),
    };
  });
  await mock.start();
  const chunks: Buffer[] = [];
  const relay = createRelay(mock.port, chunks);
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    received: () => Buffer.concat(chunks).toString('utf8'),
    forget: () => chunks.splice(0),
    async stop() {
      relay.close();
      await mock.stop();
    },
  };
}

const HAND_IN: ScriptedCall = {
  name: 'submit_handoff',
  input: { summary: 'Done.', artefacts: [], criteriaMet: [], knownLimitations: [], findings: [] },
};

function createRelay(port: number, chunks: Buffer[]): Server {
  return createServer((from) => {
    const to = connect(port, '127.0.0.1');
    from.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
    });
    from.pipe(to).pipe(from);
    for (const socket of [from, to]) {
      socket.on('error', () => {
        from.destroy();
        to.destroy();
      });
    }
  });
}
