// Needs a temporary folder.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readCatalogue } from '../../src/store/catalogue.js';
import { memoryJournal, openJournal } from '../../src/store/journal.js';
import { openStore } from '../../src/store/store.js';
import { CATALOGUE } from '../support/app.js';

const change = (cents) => ({
  type: 'price-changed',
  productId: 'p-1',
  cents,
  at: '2026-01-01T00:00:00.000Z',
});
const priceIn = (store) => store.tables.products.byId.get('p-1').price.cents;

let dir;
let path;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'catalog-store-'));
  path = join(dir, 'journal');
});
afterEach(() => rm(dir, { recursive: true }));

async function open() {
  const journal = await openJournal(path);
  return { journal, store: await openStore({ catalogue: structuredClone(CATALOGUE), journal }) };
}

test('what was written is there when the store is opened again', async () => {
  const first = await open();
  await first.store.write(() => ({ event: change(1) }));
  await first.store.write(() => ({ event: change(2) }));
  await first.journal.close();
  const second = await open();
  assert.equal(priceIn(second.store), 2);
  await second.journal.close();
});

test('a line that a crash cut off is dropped, and the next one is whole', async () => {
  const first = await open();
  await first.store.write(() => ({ event: change(1) }));
  await first.journal.close();
  await appendFile(path, '{"type":"price-cha');
  const second = await open();
  await second.store.write(() => ({ event: change(3) }));
  await second.journal.close();
  assert.equal((await readFile(path, 'utf8')).split('\n').length, 3);
  const third = await open();
  assert.equal(priceIn(third.store), 3);
  await third.journal.close();
});

test('a damaged journal is not started from', async () => {
  await writeFile(path, 'x\n');
  const damaged = await openJournal(path);
  await assert.rejects(damaged.read(), /Line 1 of .* is not an event; restore/);
  await damaged.close();
  await writeFile(path, '{"type":"future"}\n');
  const newer = await openJournal(path);
  await assert.rejects(
    openStore({ catalogue: CATALOGUE, journal: newer }),
    /"future", which this release does not know/,
  );
  await newer.close();
});

test('writes decide one after the other', async () => {
  const store = await openStore({ catalogue: structuredClone(CATALOGUE), journal: memoryJournal() });
  const raise = () =>
    store.write((tables) => ({ event: change(tables.products.byId.get('p-1').price.cents + 1) }));
  await Promise.all([raise(), raise(), raise()]);
  assert.equal(priceIn(store), 893);
});

test('what could not be recorded does not happen, and nothing is recorded after it', async () => {
  const { journal, store } = await open();
  await journal.close();
  await assert.rejects(store.write(() => ({ event: change(1) })));
  assert.equal(priceIn(store), 890);
  await assert.rejects(
    store.write(() => ({ event: change(1) })),
    /restart the service/,
  );
});

test('without an event nothing is recorded', async () => {
  const { journal, store } = await open();
  assert.deepEqual(await store.write(() => ({ refused: true })), { refused: true });
  await journal.close();
  assert.equal(await readFile(path, 'utf8'), '');
});

test('the bundled catalogue can be read', async () => {
  const { products } = await readCatalogue(new URL('../../data/catalog.json', import.meta.url));
  assert.ok(products.length > 0);
});

for (const [fault, catalogue] of [
  ['cannot be read', '{'],
  [
    'two products have the same id',
    { ...CATALOGUE, products: [CATALOGUE.products[0], CATALOGUE.products[0]] },
  ],
  ['which does not exist', { ...CATALOGUE, categories: [] }],
  [
    'no price in whole cents',
    { ...CATALOGUE, products: [{ ...CATALOGUE.products[0], price: { cents: 1.5, currency: 'EUR' } }] },
  ],
]) {
  test(`a catalogue is refused: ${fault}`, async () => {
    await writeFile(path, typeof catalogue === 'string' ? catalogue : JSON.stringify(catalogue));
    await assert.rejects(readCatalogue(path), new RegExp(fault));
  });
}
