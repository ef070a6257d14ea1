import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openService } from './support.js';

let service;
let token;
before(async () => {
  service = await openService();
  token = await service.signIn();
});
after(() => service.close());

test('a note is written, shown, listed and thrown away', async () => {
  const written = await service.call('POST', '/v1/notes', {
    token,
    body: { title: 'Milk', tags: ['shop', 'shop'] },
  });
  assert.equal(written.status, 201);
  assert.deepEqual(written.body.tags, ['shop']);
  assert.equal(written.headers.get('location'), `/v1/notes/${written.body.id}`);
  const shown = await service.call('GET', `/v1/notes/${written.body.id}`, { token });
  assert.deepEqual(shown.body, written.body);
  const listed = await service.call('GET', '/v1/notes', { token });
  assert.equal(listed.body.items[0].id, written.body.id);
  assert.equal((await service.call('DELETE', `/v1/notes/${written.body.id}`, { token })).status, 204);
  assert.equal((await service.call('GET', `/v1/notes/${written.body.id}`, { token })).status, 404);
  assert.equal((await service.call('DELETE', `/v1/notes/${written.body.id}`, { token })).status, 404);
});

test('pages follow one another and do not overlap', async () => {
  const first = await service.call('GET', '/v1/notes?limit=2', { token });
  assert.equal(first.body.items.length, 2);
  const second = await service.call('GET', `/v1/notes?limit=2&before=${first.body.next}`, { token });
  assert.equal(second.body.items.length, 1);
  assert.equal(second.body.next, null);
});

for (const query of ['limit=0', 'limit=101', 'limit=-1', 'limit=x', 'limit=1&limit=2', 'before=x']) {
  test(`a list with ${query} is refused`, async () => {
    const answer = await service.call('GET', `/v1/notes?${query}`, { token });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  });
}

for (const body of [
  {},
  { title: '' },
  { title: 'x'.repeat(101) },
  { title: 'x', tags: 'y' },
  { title: 'x', more: 1 },
  '{',
]) {
  test(`the note ${JSON.stringify(body).slice(0, 30)} is refused`, async () => {
    assert.equal((await service.call('POST', '/v1/notes', { token, body })).status, 400);
  });
}

test('a user sees nothing of another', async () => {
  const other = await service.signIn('ben@example.test');
  const mine = await service.call('GET', '/v1/notes', { token });
  const id = mine.body.items[0].id;
  assert.equal((await service.call('GET', `/v1/notes/${id}`, { token: other })).status, 404);
  assert.equal((await service.call('DELETE', `/v1/notes/${id}`, { token: other })).status, 404);
  const theirs = await service.call('GET', '/v1/notes', { token: other });
  assert.ok(theirs.body.items.every((note) => note.id !== id));
});

test('nothing of a note is kept when its tags cannot be', async () => {
  const before = await service.pool.query('SELECT count(*) FROM notes');
  await service.pool.query('ALTER TABLE note_tags RENAME TO gone');
  assert.equal((await service.call('POST', '/v1/notes', { token, body: { title: 'x' } })).status, 500);
  await service.pool.query('ALTER TABLE gone RENAME TO note_tags');
  assert.deepEqual((await service.pool.query('SELECT count(*) FROM notes')).rows, before.rows);
});

test('every operation on notes wants a token of ours', async () => {
  for (const [method, path] of [
    ['GET', '/v1/notes'],
    ['POST', '/v1/notes'],
    ['GET', '/v1/notes/1'],
    ['DELETE', '/v1/notes/1'],
  ]) {
    for (const wrong of [undefined, 'x.y.z', `${token.slice(0, -4)}AAAA`]) {
      const answer = await service.call(method, path, { token: wrong });
      assert.equal(answer.status, 401, `${method} ${path}`);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    }
  }
});
