// Needs nothing.
import { readStaticRequests } from '../../../src/gate/recording/static-requests';

const TEST = `class OrdersTest {
  @Test void a() throws Exception { mvc.perform(get("/v1/orders?limit=2")).andExpect(status().isOk()); }
  @Test void b() { client.post().uri("/v1/orders").exchange().expectStatus().isBadRequest(); }
  @Test void c() { assertEquals(HttpStatus.NOT_FOUND, rest.getForEntity("/v1/orders/7", String.class).getStatusCode()); }
  @Test void d() { given().when().delete("/v1/orders/7").then().statusCode(204); }
  @Test void e() { rest.exchange("/v1/orders/7", HttpMethod.PUT, null, String.class); }
}`;

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
