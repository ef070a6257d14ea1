// Listens on a unix socket only.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientAddress } from '../../src/http/server.js';
import { closeOnSignals, startService } from '../../src/service.js';
import { testConfig, tokenFor } from '../support/app.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let dir;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'catalog-'));
});
after(() => rm(dir, { recursive: true }));

function start(name, env) {
  const path = join(dir, `${name}.sock`);
  return startService(testConfig({ CATALOG_FILE: join(ROOT, 'data/catalog.json'), ...env }), {
    log: SILENT,
    listen: { path },
  });
}

async function post(name, body, headers) {
  const call = request({
    socketPath: join(dir, `${name}.sock`),
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  });
  call.end(body);
  const [response] = await once(call, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

test('the service answers over HTTP, and what was written is there after a restart', async () => {
  const env = { JOURNAL_FILE: join(dir, 'catalog.journal') };
  const authorization = `Bearer ${await tokenFor('s', { roles: ['staff'] })}`;
  const query =
    'mutation { changePrice(input: { productId: "p-decaf", cents: 7 }) { product { price { cents } } } }';
  const first = await start('first', env);
  const written = await post('first', JSON.stringify({ query }), { authorization });
  await first.close();
  assert.equal(written.status, 200);
  assert.equal(written.text, '{"data":{"changePrice":{"product":{"price":{"cents":7}}}}}');

  const second = await start('second', env);
  const read = await post(
    'second',
    JSON.stringify({ query: '{ product(id: "p-decaf") { price { cents } } }' }),
  );
  await second.close();
  assert.equal(read.text, '{"data":{"product":{"price":{"cents":7}}}}');
});

test('more than 64 KiB are refused and the connection is closed', async () => {
  const service = await start('large');
  const response = await post('large', JSON.stringify({ query: ' '.repeat(70_000) }));
  await service.close();
  assert.equal(response.status, 413);
  assert.equal(response.headers.connection, 'close');
});

test('SIGTERM lets a running request finish, then ends the process with 0', async () => {
  const service = await start('term');
  const host = Object.assign(new EventEmitter(), { exit: (code) => host.emit('exited', code) });
  closeOnSignals(service, { timeoutMs: 10_000, host });
  const call = request({
    socketPath: join(dir, 'term.sock'),
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  const arrived = once(service.server, 'request');
  call.write('{"query":');
  await arrived;

  const exited = once(host, 'exited');
  host.emit('SIGTERM');
  call.end('"{ __typename }"}');
  const [response] = await once(call, 'response');
  response.resume();
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers.connection, 'close');
  assert.deepEqual(await exited, [0]);
});

test('a shutdown that takes too long ends the process with 1', async () => {
  const host = Object.assign(new EventEmitter(), { exit: (code) => host.emit('exited', code) });
  const keepAlive = setInterval(() => {}, 1000);
  closeOnSignals({ log: SILENT, close: () => new Promise(() => {}) }, { timeoutMs: 10, host });
  const exited = once(host, 'exited');
  host.emit('SIGINT');
  assert.deepEqual(await exited, [1]);
  clearInterval(keepAlive);
});

test('the process refuses to start without its environment, and says why in one line', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'src/server.js')], {
    env: {},
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /TOKEN_SECRET must be/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test("a client's address is what the last trusted proxy heard", () => {
  const request = {
    socket: { remoteAddress: '10.0.0.1' },
    headers: { 'x-forwarded-for': 'made-up, 192.0.2.7' },
  };
  assert.equal(clientAddress(request, 0), '10.0.0.1');
  assert.equal(clientAddress(request, 1), '192.0.2.7');
  assert.equal(clientAddress({ ...request, headers: {} }, 1), '10.0.0.1');
});
