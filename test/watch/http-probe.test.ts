// Needs no server: probes against servers of this test on the loopback address.
import { WatchCheck } from '../../src/domain/coordination/coordination-settings';
import type { Measured } from '../../src/ports/watch';
import { createProbes } from '../../src/watch/probes';
import { serve } from './loopback';

const probes = createProbes({ variable: () => undefined });
const impatient = createProbes({ variable: () => undefined, timeoutMs: 500 });
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serving(listener: Parameters<typeof serve>[0]): Promise<string> {
  const server = await serve(listener);
  stops.push(server.stop);
  return server.url;
}

const measure = (check: object, by = probes): Promise<Measured> =>
  by.measure(WatchCheck.parse({ name: 'probe', limit: { max: 1 }, ...check }), new AbortController().signal);
const http = (url: string, value?: string): Promise<Measured> => measure({ kind: 'http', url, value });
const refused = (reason: RegExp | string): object => ({
  kind: 'could-not-ask',
  reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
});

describe('an HTTP check', () => {
  it.each([200, 404, 500])('of the status tells %d as it is', async (status) => {
    const url = await serving((_, response) => response.writeHead(status).end('text'));
    expect(await http(url)).toEqual({ kind: 'value', value: status });
  });

  it('of the status tells a redirect and does not follow it', async () => {
    let followed = 0;
    const target = await serving((_, response) => {
      followed += 1;
      response.end('1');
    });
    const url = await serving((_, response) => response.writeHead(302, { location: target }).end());
    expect(await http(url)).toEqual({ kind: 'value', value: 302 });
    expect(await http(url, '/n')).toEqual(refused(/status 302, a redirect, which is not followed/));
    expect(followed).toBe(0);
  });

  it('of the milliseconds counts up to the last byte', async () => {
    const url = await serving((_, response) => {
      response.write('first');
      setTimeout(() => response.end('last'), 120);
    });
    const measured = await http(url, 'milliseconds');
    expect(measured).toMatchObject({ kind: 'value' });
    expect(measured.kind === 'value' && measured.value).toBeGreaterThanOrEqual(100);
  });

  it('finds a number by its JSON Pointer, escapes included', async () => {
    const url = await serving((_, response) =>
      response.end(JSON.stringify({ 'a/b': [{ '~n': 4.5 }], text: '4' })),
    );
    expect(await http(url, '/a~1b/0/~0n')).toEqual({ kind: 'value', value: 4.5 });
    expect(await http(url, '/text')).toEqual(refused('its body has no number at /text'));
    expect(await http(url, '/constructor/length')).toEqual(refused(/no number at/));
  });

  it.each([['an error', (status: number) => `it answered with status ${status}`]])(
    'of a number in the body does not take it from %s',
    async (_, reason) => {
      const url = await serving((_request, response) => response.writeHead(500).end('{"n": 1}'));
      expect(await http(url, '/n')).toEqual(refused(reason(500)));
      expect(await http(url, 'milliseconds')).toEqual(refused(reason(500)));
    },
  );

  it('that answers no JSON says so', async () => {
    const url = await serving((_, response) => response.end('<html>'));
    expect(await http(url, '/n')).toEqual(refused('its body is no JSON'));
  });

  it.each([
    ['never answers', () => undefined],
    [
      'stops in the middle of its body',
      (response: { write: (text: string) => unknown }) => response.write('{'),
    ],
  ])('that %s is given up', async (_, act) => {
    const url = await serving((_request, response) => void act(response));
    const measured = await measure({ kind: 'http', url, value: '/n' }, impatient);
    expect(measured).toEqual(refused('no answer within 0.5 s'));
  });

  it('of a huge body is given up after a megabyte', async () => {
    let sent = 0;
    const url = await serving((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && sent < 512 * 1024 * 1024) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    });
    expect(await http(url, '/n')).toEqual(refused('it answered with more than 1048576 bytes'));
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('that nobody serves tells the code and not the address', async () => {
    const { url, stop } = await serve(() => undefined);
    await stop();
    expect(await http(`${url}/secret-path`)).toEqual(refused('it cannot be reached (ECONNREFUSED)'));
  });

  it('with a password in its address is not asked, and the password is not told', async () => {
    let asked = 0;
    const url = await serving((_, response) => {
      asked += 1;
      response.end();
    });
    const measured = await http(url.replace('http://', 'http://ada:hunter2@'));
    expect(measured).toEqual(refused(/carries a user or a password/));
    expect(JSON.stringify(measured)).not.toMatch(/hunter2|ada|127/);
    expect(asked).toBe(0);
  });

  it('ends at once when its activity is cancelled', async () => {
    const url = await serving(() => undefined);
    const cancelled = new AbortController();
    const check = WatchCheck.parse({ kind: 'http', name: 'probe', url, limit: { max: 1 } });
    const measured = createProbes({ variable: () => undefined }).measure(check, cancelled.signal);
    cancelled.abort(new Error('cancelled'));
    await expect(measured).rejects.toThrow('cancelled');
  });
});

describe('a Prometheus check', () => {
  const prometheus = async (status: number, body: unknown): Promise<Measured> => {
    const url = await serving((_, response) => response.writeHead(status).end(JSON.stringify(body)));
    return measure({ kind: 'prometheus', url, query: 'up' });
  };
  const vector = (...values: string[]): object => ({
    status: 'success',
    data: {
      resultType: 'vector',
      result: values.map((value) => ({ metric: {}, value: [1700000000.5, value] })),
    },
  });

  it('asks /api/v1/query below its base address and takes the one sample', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serving((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(vector('0.25')));
    });
    const check = { kind: 'prometheus', url: `${url}/prometheus/`, query: 'sum(rate(errors[5m]))' };
    expect(await measure(check)).toEqual({ kind: 'value', value: 0.25 });
    const [path, query] = asked[0]?.split('?') ?? [];
    expect(path).toBe('/prometheus/api/v1/query');
    expect(new URLSearchParams(query).get('query')).toBe('sum(rate(errors[5m]))');
  });

  it('takes a scalar too', async () => {
    const scalar = { status: 'success', data: { resultType: 'scalar', result: [1700000000, '3'] } };
    expect(await prometheus(200, scalar)).toEqual({ kind: 'value', value: 3 });
  });

  it.each([
    ['no sample', 200, vector(), 'the query answered no sample'],
    ['several samples', 200, vector('1', '2'), 'the query answered 2 samples, not one; aggregate it'],
    ['NaN', 200, vector('NaN'), 'what it answered is no finite number'],
    [
      'a refusal',
      400,
      { status: 'error', error: 'parse error' },
      'Prometheus refused the query (status 400)',
    ],
    ['something else', 200, { hello: 1 }, /did not answer as Prometheus does/],
    ['503', 503, {}, 'it answered with status 503'],
  ])('that answers %s could not be asked', async (_, status, body, reason) => {
    expect(await prometheus(status, body)).toEqual(refused(reason));
  });
});
