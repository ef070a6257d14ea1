// Needs nothing.
import { matchOperation } from '../../../src/gate/facts/api/match-operation';

const OPERATIONS = [
  'GET /v1/users/{id}',
  'DELETE /v1/users/{id}',
  'GET /v1/users/me',
  'GET /v1/users',
  'GET /v1/{kind}/latest',
  'GET /v1/reports/{id}.csv',
  'POST /v1/orders/{id}:cancel',
  'GET /',
].map((row) => {
  const [method = '', path = ''] = row.split(' ');
  return { method, path, row };
});

describe('a request and its operation', () => {
  it.each([
    ['GET', '/v1/users/7', 'GET /v1/users/{id}'],
    ['get', '/v1/users/me', 'GET /v1/users/me'],
    ['GET', '/v1/users/', 'GET /v1/users'],
    ['GET', '/v1/users?limit=1', 'GET /v1/users'],
    ['HEAD', '/v1/users', 'GET /v1/users'],
    ['DELETE', '/v1/users/me', 'DELETE /v1/users/{id}'],
    ['GET', '/v1/users/latest', 'GET /v1/users/{id}'],
    ['GET', '/v1/users/a%20b', 'GET /v1/users/{id}'],
    ['GET', '/v1/reports/7.csv', 'GET /v1/reports/{id}.csv'],
    ['POST', '/v1/orders/7:cancel', 'POST /v1/orders/{id}:cancel'],
    ['GET', '/', 'GET /'],
  ])('%s %s reaches %s', (method, path, row) => {
    expect(matchOperation(OPERATIONS, { method, path })?.row).toBe(row);
  });

  it.each([
    ['POST', '/v1/users'],
    ['GET', '/users'],
    ['GET', '/v1/users/7/orders'],
    ['GET', '/v1/reports/.csv'],
    ['GET', '/v1/%zz'],
  ])('%s %s reaches none', (method, path) => {
    expect(matchOperation(OPERATIONS, { method, path })).toBeNull();
  });
});
