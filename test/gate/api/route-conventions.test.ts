// Needs nothing.
import { ROUTE_CHECKERS } from '../../../src/gate/checkers/api/route-conventions';
import type { Outcome } from '../../../src/gate/outcome';
import { inspectFiles, outcomeOf } from './support';

function outcomeFor(name: string, file: string, text: string): Promise<Outcome> {
  const checker = ROUTE_CHECKERS.find((row) => row.name === name);
  if (checker === undefined) throw new Error(`there is no ${name}`);
  return outcomeOf(checker, inspectFiles({ [file]: text }));
}

describe('a route of the code', () => {
  it.each([
    ['route-names', 'src/a.js', "router.get('/getOrders', a)"],
    ['route-names', 'src/a.ts', "@Controller('orders')\nclass A { @Post('create') a() {} }"],
    ['route-names', 'app/a.py', '@router.post("/delete_order/{id}")\ndef a(): ...'],
    ['route-names', 'src/A.java', '@RestController class A { @GetMapping("/orderItems") B b() {} }'],
    ['route-methods', 'src/a.js', "router.get('/:id/cancel', a)"],
    ['route-methods', 'app/a.py', '@app.route("/orders/<int:id>/delete")\ndef a(): ...'],
  ])('is found by %s in %s', async (name, file, text) => {
    expect(await outcomeFor(name, file, text)).toMatchObject({ kind: 'ran-found', findings: expect.arrayContaining([expect.objectContaining({ file })]) as unknown });
  });

  it.each([
    ['route-names', 'src/a.js', "router.get('/orders', a)\nrouter.post('/orders/:id/cancel', b)"],
    ['route-names', 'src/a.js', "app.get('/add-ons/:addOnId', a)"],
    ['route-methods', 'src/a.js', "router.post('/:id/cancel', a)\nrouter.patch('/:id', b)"],
    ['route-methods', 'src/a.js', "router.get('/cancelled', a)"],
  ])('is left alone by %s in %s: %s', async (name, file, text) => {
    expect(await outcomeFor(name, file, text)).toMatchObject({ kind: 'ran-clean' });
  });
});
