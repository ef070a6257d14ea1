import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deadline } from '../../src/process/deadline';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ages = 3_600_000;

it('ends with the signal that was given, and with its reason', () => {
  const given = new AbortController();
  const late = deadline(given.signal, ages);
  expect(late.aborted).toBe(false);
  given.abort(new Error('decided meanwhile'));
  expect(late.reason).toEqual(new Error('decided meanwhile'));
});

it('has ended at once where the given signal has', () => {
  expect(deadline(AbortSignal.abort(), ages).aborted).toBe(true);
});

describe('while garbage is collected all the time', () => {
  let collecting: NodeJS.Timeout;
  beforeEach(() => {
    collecting = setInterval(collectGarbage, 10);
  });
  afterEach(() => clearInterval(collecting));

  it('it ends by time, with or without another signal', async () => {
    const [alone, combined] = [deadline(undefined, 100), deadline(new AbortController().signal, 100)];
    await Promise.all([once(alone, 'abort'), once(combined, 'abort')]);
    expect([alone.reason, combined.reason]).toEqual(
      Array(2).fill(expect.objectContaining({ name: 'TimeoutError' })),
    );
  });

  it('a request that nobody answers is left', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const asked = fetch(`http://127.0.0.1:${port}/`, {
        signal: deadline(new AbortController().signal, 200),
      });
      await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
