import type { Defect } from '../defect';

// Put together here, so that no scan takes this file for a leak.
const STRIPE_KEY = ['sk_live_', '51Hb3kLmNq8RzTvXw2Yc4Df6'].join('');
const AWS_KEY = ['AKIA', 'Q3EGRZ7NW5XKT2LM'].join('');
const PASSWORD = ['Tr0ub4dor', '&3xy'].join('');

/** Defects that are in the sources themselves. */
export const SOURCE_DEFECTS: readonly Defect[] = [
  {
    name: 'a note is looked up by an id inside the text',
    item: 'sql-injection',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: "'DELETE FROM notes WHERE user_id = $1 AND id = $2', [userId, id]",
        replace: "`DELETE FROM notes WHERE user_id = ${userId} AND id = '${id}'`",
      },
    ],
  },
  {
    name: 'a filter is appended to the conditions',
    item: 'sql-injection',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/repository.js',
        find: 'conditions.push(`o.status = $${values.push(status)}`)',
        replace: "conditions.push(`o.status = '${status}'`)",
      },
    ],
  },
  {
    name: 'a query with an f-string',
    item: 'sql-injection',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: 'f"select {COLUMNS} from items where sku = %s", [sku]',
        replace: 'f"select {COLUMNS} from items where sku = \'{sku}\'"',
      },
    ],
  },
  {
    name: 'a JDBC repository that concatenates',
    item: 'sql-injection',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/repository/InvoiceSearch.java',
        content: `package com.example.billing.repository;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Looks for invoices of a customer. */
final class InvoiceSearch {

    private InvoiceSearch() {}

    static boolean exists(Connection connection, String customer) throws SQLException {
        String sql = "select id from invoices where customer_reference = '" + customer + "'";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next();
        }
    }
}
`,
      },
    ],
  },
  {
    name: 'a payment key in the configuration',
    item: 'no-hardcoded-secrets',
    service: 'express',
    edits: [
      {
        file: 'src/config.js',
        find: 'port: Number(env.PORT ?? 3000),',
        replace: `port: Number(env.PORT ?? 3000),\n    paymentKey: '${STRIPE_KEY}',`,
      },
    ],
  },
  {
    name: 'a password in the code of the pool',
    item: 'no-hardcoded-secrets',
    service: 'fastify',
    edits: [
      {
        file: 'src/db/replica.js',
        content: `/** Reads from the replica. */\nexport const replica = { host: 'replica.internal.net', user: 'orders', password: '${PASSWORD}' };\n`,
      },
    ],
  },
  {
    name: 'an access key in Python',
    item: 'no-hardcoded-secrets',
    service: 'fastapi',
    edits: [{ file: 'app/storage.py', content: `"""Where exports go."""\n\nACCESS_KEY_ID = "${AWS_KEY}"\n` }],
  },
  {
    name: 'a password in the settings of Spring',
    item: 'no-hardcoded-secrets',
    service: 'spring',
    edits: [
      {
        file: 'src/main/resources/application.yaml',
        find: '    name: billing-service',
        replace: `    name: billing-service\n  mail:\n    password: ${PASSWORD}`,
      },
    ],
  },
  {
    name: 'a failed transaction is dropped',
    item: 'error-handling',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: "      } catch (error) {\n        await client.query('ROLLBACK');\n        throw error;\n      } finally {",
        replace: '      } catch (error) {} finally {',
      },
    ],
    also: ['style-guide', 'response-codes', 'db-tests'],
  },
  {
    name: 'a database that does not answer is healthy',
    item: 'error-handling',
    service: 'express',
    edits: [
      {
        file: 'src/app.js',
        find: "throw new Problem(503, 'Unavailable', 'The database does not answer.');",
        replace: "return response.json({ status: 'ok' });",
      },
    ],
    also: ['style-guide'],
  },
  {
    name: 'a Python exception is passed over',
    item: 'error-handling',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/service.py',
        find: '    row = repository.find_item(connection, sku)\n',
        replace:
          '    row = None\n    try:\n        row = repository.find_item(connection, sku)\n    except Exception:\n        pass\n',
      },
    ],
    also: ['style-guide'],
  },
  {
    name: 'a Java exception is printed and forgotten',
    item: 'error-handling',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/service/InvoiceService.java',
        find: '        invoices.add(invoice);\n',
        replace:
          '        try {\n            invoices.add(invoice);\n        } catch (RuntimeException e) {\n            e.printStackTrace();\n        }\n',
      },
    ],
  },
  {
    name: 'tokens of any algorithm are accepted',
    item: 'authentication',
    service: 'express',
    edits: [{ file: 'src/sessions/tokens.js', find: "    algorithms: ['HS256'],\n", replace: '' }],
  },
  {
    name: 'passwords are hashed with SHA-256',
    item: 'authentication',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/legacy.js',
        content: `import { createHash } from 'node:crypto';\n\n/** Hashes of the first version. */\nexport function hashOf(password) {\n  return createHash('sha256').update(password).digest('hex');\n}\n`,
      },
    ],
  },
  {
    name: 'a token is read without its signature being checked',
    item: 'authentication',
    service: 'fastapi',
    edits: [
      {
        file: 'app/callers.py',
        content: `"""Who calls."""\n\nimport jwt\n\n\ndef caller(token: str) -> str:\n    return jwt.decode(token, options={"verify_signature": False})["sub"]\n`,
      },
    ],
  },
  {
    name: 'every origin is let in',
    item: 'cors',
    service: 'express',
    edits: [
      {
        file: 'src/app.js',
        find: "    if (origin === undefined || !origins.includes(origin)) return next();\n    response.set('access-control-allow-origin', origin);",
        replace:
          "    if (origin === undefined || origins === null) return next();\n    response.set('access-control-allow-origin', '*');",
      },
    ],
  },
  {
    name: 'Spring lets every origin in',
    item: 'cors',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/controller/InvoiceController.java',
        find: '@RestController\n',
        replace: '@org.springframework.web.bind.annotation.CrossOrigin("*")\n@RestController\n',
      },
    ],
  },
  {
    name: 'request bodies are logged',
    item: 'no-sensitive-logs',
    service: 'express',
    edits: [
      {
        file: 'src/log.js',
        find: '      requestId: request.id,\n',
        replace: '      requestId: request.id,\n      body: request.body,\n',
      },
    ],
    also: ['logging-context'],
  },
  {
    name: 'headers are logged',
    item: 'no-sensitive-logs',
    service: 'fastapi',
    edits: [
      {
        file: 'app/request_log.py',
        find: '            log.info("request completed", extra=fields)',
        replace: '            log.info("request completed %s", dict(scope["headers"]), extra=fields)',
      },
    ],
    also: ['logging-context'],
  },
  {
    name: 'the session secret has a literal to fall back on',
    item: 'secrets-in-env',
    service: 'express',
    edits: [
      { file: 'src/config.js', find: "['DATABASE_URL', 'SESSION_SECRET']", replace: "['DATABASE_URL']" },
      {
        file: 'src/config.js',
        find: 'encode(env.SESSION_SECRET)',
        replace: "encode(env.SESSION_SECRET ?? 'dev')",
      },
    ],
    also: ['authentication'],
  },
  {
    name: 'a .env is committed',
    item: 'secrets-in-env',
    service: 'fastify',
    edits: [{ file: '.env', content: 'DATABASE_URL=postgres://orders:orders@localhost:5432/orders\n' }],
  },
  {
    name: 'a secret of Spring has a literal to fall back on',
    item: 'secrets-in-env',
    service: 'spring',
    edits: [
      {
        file: 'src/main/resources/application.yaml',
        find: '    name: billing-service',
        replace: '    name: billing-service\n  mail:\n    password: ${MAIL_PASSWORD:letmein}',
      },
    ],
  },
  {
    name: 'tags are read note by note',
    item: 'no-n-plus-one',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: `  const ids = rows.map((row) => row.id);
  const found = await pool.query('SELECT note_id, tag FROM note_tags WHERE note_id = ANY($1) ORDER BY tag', [
    ids,
  ]);
  const byNote = group(found.rows);`,
        replace: `  const byNote = new Map();
  for (const row of rows) {
    const found = await pool.query('SELECT note_id, tag FROM note_tags WHERE note_id = $1 ORDER BY tag', [row.id]);
    for (const [id, tags] of group(found.rows)) byNote.set(id, tags);
  }`,
      },
    ],
    also: ['response-time'],
  },
  {
    name: 'orders are read one by one',
    item: 'no-n-plus-one',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/service.js',
        find: '      const page = records.slice(0, limit);',
        replace:
          '      const page = await Promise.all(records.slice(0, limit).map((record) => repository.find(record.id)));',
      },
    ],
    also: ['response-time'],
  },
  {
    name: 'items are read one by one',
    item: 'no-n-plus-one',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/service.py',
        find: '    page = [Item(**row) for row in rows[:limit]]',
        replace: '    page = [Item(**repository.find_item(connection, row["sku"])) for row in rows[:limit]]',
      },
    ],
    also: ['response-time', 'style-guide'],
  },
  {
    name: 'a handler reads a file synchronously',
    item: 'non-blocking',
    service: 'express',
    edits: [
      {
        file: 'src/app.js',
        find: "import express from 'express';",
        replace: "import { readFileSync } from 'node:fs';\nimport express from 'express';",
      },
      {
        file: 'src/app.js',
        find: "    response.json({ status: 'ok' });",
        replace:
          "    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));\n    response.json({ status: version === '' ? 'unknown' : 'ok' });",
      },
    ],
  },
  {
    name: 'passwords are derived synchronously',
    item: 'non-blocking',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/passwords.js',
        find: 'import { randomBytes, scrypt, timingSafeEqual }',
        replace: 'import { randomBytes, scrypt, scryptSync, timingSafeEqual }',
      },
      {
        file: 'src/sessions/passwords.js',
        find: "const actual = await derive(password, Buffer.from(salt, 'base64url'), KEY_BYTES);",
        replace: "const actual = scryptSync(password, Buffer.from(salt, 'base64url'), KEY_BYTES);",
      },
    ],
  },
  {
    name: 'an asynchronous middleware sleeps',
    item: 'non-blocking',
    service: 'fastapi',
    edits: [
      {
        file: 'app/request_log.py',
        find: '        started = time.perf_counter()\n',
        replace: '        started = time.perf_counter()\n        time.sleep(0.01)\n',
      },
    ],
    also: ['response-time'],
  },
  {
    name: 'a controller sleeps',
    item: 'non-blocking',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/controller/InvoiceController.java',
        find: '    InvoiceView get(@PathVariable UUID invoiceId) {\n',
        replace:
          '    InvoiceView get(@PathVariable UUID invoiceId) throws InterruptedException {\n        Thread.sleep(20);\n',
      },
    ],
    also: ['response-time'],
  },
  {
    name: 'a test that asserts nothing',
    item: 'unit-tests',
    service: 'express',
    edits: [
      {
        file: 'test/notes.test.js',
        find: "test('pages follow one another and do not overlap', async () => {",
        replace:
          "test('a list is answered', async () => {\n  await service.call('GET', '/v1/notes', { token });\n});\n\ntest('pages follow one another and do not overlap', async () => {",
      },
    ],
  },
  {
    name: 'a test that is skipped',
    item: 'unit-tests',
    service: 'express',
    edits: [
      {
        file: 'test/service.test.js',
        find: "test('an unknown address answers with a problem',",
        replace: "test.skip('an unknown address answers with a problem',",
      },
    ],
  },
  {
    name: 'a Python test that cannot fail',
    item: 'unit-tests',
    service: 'fastapi',
    edits: [{ file: 'tests/test_sums.py', content: 'def test_nothing_is_wrong():\n    assert True\n' }],
  },
  {
    name: 'a JUnit test that is disabled',
    item: 'unit-tests',
    service: 'spring',
    edits: [
      {
        file: 'src/test/java/com/example/billing/service/InvoiceServiceTest.java',
        find: '    @Test\n    void theTotalOfTheLargestInvoiceIsExact() {',
        replace:
          '    @org.junit.jupiter.api.Disabled\n    @Test\n    void theTotalOfTheLargestInvoiceIsExact() {',
      },
    ],
  },
  {
    name: 'an unused variable',
    item: 'style-guide',
    service: 'express',
    edits: [
      {
        file: 'src/db.js',
        find: 'export function createPool(databaseUrl) {',
        replace: 'const unused = 1;\n\nexport function createPool(databaseUrl) {',
      },
    ],
  },
  {
    name: 'an undefined name',
    item: 'style-guide',
    service: 'fastify',
    edits: [{ file: 'src/orders/cursor.js', content: 'export const nothing = undefinedName;\n' }],
    also: ['test-coverage', 'integration-tests', 'pagination', 'response-codes', 'error-tests'],
  },
];
