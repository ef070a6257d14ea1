// Needs the build (dist/), and bubblewrap where it is installed.
import { createServer } from 'node:net';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { CannotTell } from '../../../src/gate/checker';
import { NoAnswer } from '../../../src/gate/facts/service';
import { eventually } from '../../support/eventually';
import { hasBubblewrap } from '../../support/bubblewrap';
import { nodeService, openSample, type Sample } from './support';

let sample: Sample;
afterEach(() => sample.dispose());

const leftovers = (mark: string): string[] =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(mark));

describe.each([
  ['in the sandbox', true],
  ['without a sandbox', false],
])('%s', (_name, confined) => {
  test('a service is started, asked, loaded, measured and gone after stop', async () => {
    const handler = `
      if (url.pathname === '/items') {
        let text = '';
        request.on('data', (chunk) => (text += chunk));
        request.on('end', () => send(request.method === 'POST' ? 201 : 200, { text, type: request.headers['content-type'], from: request.socket.remoteAddress }));
        return;
      }
      if (url.pathname === '/env') return send(200, process.env);`;
    sample = await openSample(nodeService(handler), {
      confined,
      run: { env: { PLAIN: 'yes' }, requiredEnv: ['TOKEN_SECRET'] },
    });
    const service = await sample.start({ env: { EXTRA: '1', PLAIN: null } });
    expect(service.isAlive()).toBe(true);
    const created = await service.request({ method: 'post', path: '/items', body: { a: 1 }, client: 3 });
    expect(created).toMatchObject({ status: 201, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(created.body)).toEqual({
      text: '{"a":1}',
      type: 'application/json',
      from: '127.2.0.3',
    });
    const env = JSON.parse((await service.request({ method: 'GET', path: '/env' })).body) as object;
    expect(env).toMatchObject({ NODE_ENV: 'production', EXTRA: '1' });
    expect(env).not.toHaveProperty('PLAIN');
    expect(env).toHaveProperty('TOKEN_SECRET', service.environment['TOKEN_SECRET']);
    const load = await service.load({
      requests: [
        { method: 'GET', path: '/items' },
        { method: 'GET', path: '/nothing' },
      ],
      amount: 60,
      connections: 3,
    });
    expect(load.samplesMs).toHaveLength(60);
    expect(load).toMatchObject({ non2xx: 30, errors: 0, statuses: { '200': 30, '404': 30 } });
    const figures = await service.figures({ collect: true });
    expect(figures.rssBytes).toBeGreaterThan(20e6);
    expect(figures.heapBytes).toBeGreaterThan(1e6);
    expect(figures.loopDelayP99Ms).toBeGreaterThanOrEqual(0);
    expect(service.log()).toContain('listening');
    await service.stop();
    expect(leftovers(sample.folder)).toEqual([]);
    const { TMPDIR } = env as { readonly TMPDIR: string };
    expect(!confined && existsSync(TMPDIR)).toBe(false);
  });

  test('what a service leaves in the background ends with it', async () => {
    const before = `require('node:child_process').spawn('sleep', ['7654'], { detached: true, stdio: 'ignore' });`;
    sample = await openSample(nodeService('', before), { confined });
    const service = await sample.start();
    await service.stop();
    expect(leftovers('sleep 7654').filter((line) => !line.includes('ps '))).toEqual([]);
  });
});

const refused = async (): Promise<string> => {
  const error: unknown = await sample.start().then(
    () => 'it started',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CannotTell);
  return (error as Error).message;
};

test('without a run command it cannot be told, and what to configure is said', async () => {
  sample = await openSample({}, { run: null });
  expect(await refused()).toContain('give `run` with `cmd` and `portEnv`');
});

test('a service that dies is quoted by its last lines, without its secrets', async () => {
  sample = await openSample({
    'server.js': `console.error('connect ECONNREFUSED 127.0.0.1:6379 redis://u:hunter2hunter@h'); process.exit(3);`,
  });
  const message = await refused();
  expect(message).toContain('ended with code 3');
  expect(message).toContain('ECONNREFUSED 127.0.0.1:6379');
  expect(message).not.toContain('hunter2hunter');
});

test('a service that never gets ready ends in bounded time, and what it answered is said', async () => {
  sample = await openSample(nodeService(''), { run: { health: '/ready', readyTimeoutMs: 4_000 } });
  expect(await refused()).toContain('not ready in time (GET /ready answered 404)');
  expect(leftovers(sample.folder)).toEqual([]);
});

test('a service that floods its log is ended', async () => {
  sample = await openSample(
    {
      'server.js': `const line = 'x'.repeat(65535) + '\\n'; const go = () => process.stdout.write(line, () => setImmediate(go)); go();`,
    },
    { run: { readyTimeoutMs: 20_000 } },
  );
  expect(await refused()).toContain('flooded its log');
});

(hasBubblewrap ? test : test.skip)('a fixed port is found in a network of its own', async () => {
  const [server] = Object.values(nodeService(''));
  sample = await openSample({ 'server.js': server!.replace('Number(process.env.PORT)', '3999') });
  const service = await sample.start();
  expect((await service.request({ method: 'GET', path: '/health' })).status).toBe(200);
});

test('without a sandbox a fixed port that is taken is told', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const [server] = Object.values(nodeService(''));
  sample = await openSample(
    { 'server.js': server!.replace('Number(process.env.PORT)', String(port)) },
    { confined: false },
  );
  const message = await refused();
  taken.close();
  expect(message).toContain('EADDRINUSE');
});

test('replies that never end, or are huge, or break off are bounded', async () => {
  const handler = `
    if (url.pathname === '/drip') { response.writeHead(200); setInterval(() => response.write('.'), 20); return; }
    if (url.pathname === '/huge') { response.writeHead(200); const more = () => { while (response.write('x'.repeat(65536))); }; response.on('drain', more); more(); return; }
    if (url.pathname === '/broken') { request.socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 10\\r\\n\\r\\nabc'); request.socket.destroy(); return; }
    if (url.pathname === '/die') process.exit(9);`;
  sample = await openSample(nodeService(handler));
  const service = await sample.start();
  await expect(service.request({ method: 'GET', path: '/drip', timeoutMs: 300 })).rejects.toThrow(NoAnswer);
  expect((await service.request({ method: 'GET', path: '/huge' })).body).toHaveLength(256 * 1024);
  await expect(service.request({ method: 'GET', path: '/broken' })).rejects.toThrow('no answer');
  await expect(service.request({ method: 'GET', path: '/die' })).rejects.toThrow('no answer');
  expect(
    await eventually(
      () => service.isAlive(),
      (alive) => !alive,
    ),
  ).toBe(false);
});

test('an aborted inspection leaves no process', async () => {
  const abort = new AbortController();
  sample = await openSample(nodeService(''), { run: { health: '/never' }, signal: abort.signal });
  const started = sample.start();
  started.catch(() => undefined);
  setTimeout(() => abort.abort(new Error('enough')), 400);
  await expect(started).rejects.toThrow('enough');
  expect(leftovers(sample.folder)).toEqual([]);
});
