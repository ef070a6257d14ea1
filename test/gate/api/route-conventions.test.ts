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
    [
      'route-methods',
      'src/a.js',
      "router.get('/:id/purge', async (request, response) => {\n  await notes.remove(request.params.id);\n  response.end();\n});",
    ],
    [
      'route-methods',
      'src/a.ts',
      "app.get('/:id/x', (q, r) => db.query('update orders set seen = true where id = $1', [q.params.id]));",
    ],
    [
      'route-methods',
      'app/a.py',
      '@router.get("/{sku}/x")\ndef a(sku: str) -> None:\n    connection.execute("DELETE FROM items WHERE sku = %s", (sku,))\n',
    ],
    [
      'route-methods',
      'src/A.java',
      '@RestController class A {\n@GetMapping("/{id}/x") void x() { invoiceService.deleteInvoice(id); }\n}',
    ],
  ])('is found by %s in %s', async (name, file, text) => {
    expect(await outcomeFor(name, file, text)).toMatchObject({
      kind: 'ran-found',
      findings: expect.arrayContaining([expect.objectContaining({ file })]) as unknown,
    });
  });

  it.each([
    ['route-names', 'src/a.js', "router.get('/orders', a)\nrouter.post('/orders/:id/cancel', b)"],
    ['route-names', 'src/a.js', "app.get('/add-ons/:addOnId', a)"],
    ['route-methods', 'src/a.js', "router.post('/:id/cancel', a)\nrouter.patch('/:id', b)"],
    ['route-methods', 'src/a.js', "router.get('/cancelled', a)"],
    [
      'route-methods',
      'src/a.js',
      "router.get('/:id', a);\nrouter.delete('/:id', async () => { await notes.remove(1); });",
    ],
    [
      'route-methods',
      'src/a.js',
      "router.get('/:id', async () => { await cache.delete(1); pending.delete(2); await db.query('insert into access_log (a) values (1)'); });",
    ],
    [
      'route-methods',
      'app/a.py',
      '@router.get("/a")\ndef a() -> None:\n    return 1\n\n\n@router.delete("/b")\ndef b() -> None:\n    service.delete_item(1)\n',
    ],
    [
      'route-methods',
      'src/A.java',
      '@RestController class A {\n@GetMapping("/a") B a() { return service.find(); }\n@DeleteMapping("/a") void x() { service.delete(id); }\n}',
    ],
    [
      'route-methods',
      'src/a.js',
      "router.get('/:id', async () => db.query('select * from orders where deleted_at is null'));",
    ],
  ])('is left alone by %s in %s: %s', async (name, file, text) => {
    expect(await outcomeFor(name, file, text)).toMatchObject({ kind: 'ran-clean' });
  });
});
