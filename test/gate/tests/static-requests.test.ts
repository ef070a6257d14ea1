// Needs nothing.
import { readStaticRequests } from '../../../src/gate/recording/static-requests';

const TEST = `class OrdersTest {
  @Test void a() throws Exception { mvc.perform(get("/v1/orders?limit=2")).andExpect(status().isOk()); }
  @Test void b() { client.post().uri("/v1/orders").exchange().expectStatus().isBadRequest(); }
  @Test void c() { assertEquals(HttpStatus.NOT_FOUND, rest.getForEntity("/v1/orders/7", String.class).getStatusCode()); }
  @Test void d() { given().when().delete("/v1/orders/7").then().statusCode(204); }
  @Test void e() { rest.exchange("/v1/orders/7", HttpMethod.PUT, null, String.class); }
}`;

const HELPED = `class NotesTest {
  private static Builder credit(Object invoice, int cents) {
    return postJson("/v1/invoices/" + invoice + "/notes", body(cents));
  }
  @Test void a() { api.perform(credit(invoice, 1)).andExpect(status().isCreated()); }
  @Test void b() { api.perform(credit(other, 1)).andExpect(status().isNotFound()); }
  @Test void c() { String path = "/v1/invoices/" + invoice + "/notes"; api.perform(get(path)).andExpect(status().isOk()); }
}`;

test('paths in pieces and in variables, and requests made by helpers of the tests, are read too', async () => {
  const requests = await readStaticRequests({
    paths: ['src/test/java/NotesTest.java'],
    blobs: new Map(),
    read: () => Promise.resolve(HELPED),
  });
  const told = requests.map(({ method, path, status }) => `${method} ${path} ${String(status)}`);
  expect(told).toEqual(
    expect.arrayContaining([
      'POST /v1/invoices/{}/notes 201',
      'POST /v1/invoices/{}/notes 404',
      'GET /v1/invoices/{}/notes 200',
    ]),
  );
});

test('requests of MockMvc, WebTestClient, TestRestTemplate and RestAssured are read from the sources', async () => {
  const path = 'src/test/java/OrdersTest.java';
  const requests = await readStaticRequests({
    paths: [path, 'src/main/java/Orders.java'],
    blobs: new Map(),
    read: (name) => Promise.resolve(name === path ? TEST : 'class Orders { void f() { get("/v1/none"); } }'),
  });
  expect(requests.map(({ method, path: at, status }) => `${method} ${at} ${String(status)}`)).toEqual([
    'GET /v1/orders 200',
    'POST /v1/orders 400',
    'GET /v1/orders/7 404',
    'DELETE /v1/orders/7 204',
    'PUT /v1/orders/7 0',
  ]);
});
