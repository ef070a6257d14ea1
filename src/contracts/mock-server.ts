/** What a mock server answers with: data that is the same for the same spec, and the code that looks into it. */
export interface MockScript {
  /** `answer(request)` over `CONTRACT`, as JavaScript. */
  readonly code: string;
  readonly data: unknown;
}

/**
 * A mock server in one file that needs Node and nothing else. It binds the loopback interface only, keeps nothing and
 * checks nothing: it shows what answers look like.
 */
export function mockServer(title: string, hash: string, { code, data }: MockScript): string {
  // A string that is parsed: in a literal the name `__proto__` would be no field.
  const contract = JSON.stringify(JSON.stringify(data));
  return `${HEAD}
const TITLE = ${JSON.stringify(title.slice(0, 200))};
const HASH = ${JSON.stringify(hash)};
const CONTRACT = JSON.parse(${contract});
${code}${SERVER}`;
}

const HEAD = `// Mock server of an API contract: node mock-server.mjs [--port 4010]
// Answers with the examples of the contract, or with samples of its schemas. Listens on 127.0.0.1 only.
import { createServer } from 'node:http';
`;

const SERVER = String.raw`
const LARGEST_BODY = 1024 * 1024;
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-expose-headers': '*',
};

function problem(status, title) {
  const body = JSON.stringify({ type: 'about:blank', title, status });
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

function send(response, method, { status, headers, body }) {
  response.writeHead(status, { ...CORS, 'x-contract-hash': HASH, ...headers });
  response.end(method === 'HEAD' || body === null ? undefined : body);
}

const server = createServer((request, response) => {
  const method = request.method ?? 'GET';
  const chunks = [];
  let bytes = 0;
  request.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes <= LARGEST_BODY) chunks.push(chunk);
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    if (bytes > LARGEST_BODY) return send(response, method, problem(413, 'The body is larger than 1 MiB.'));
    let answered;
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://mock.invalid');
      answered = answer({
        method,
        path: pathname,
        prefer: String(request.headers.prefer ?? ''),
        body: Buffer.concat(chunks).toString('utf8'),
      });
    } catch (error) {
      answered = problem(400, error instanceof Error ? error.message : 'The request cannot be read.');
    }
    send(response, method, answered);
  });
});

const at = process.argv.indexOf('--port');
const port = at === -1 ? 4010 : Number(process.argv[at + 1]);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  process.stderr.write('--port takes a number from 0 to 65535.\n');
  process.exit(2);
}
server.on('error', (error) => {
  process.stderr.write('The mock server cannot listen: ' + error.message + '\n');
  process.exit(1);
});
server.listen(port, '127.0.0.1', () => {
  process.stdout.write('Mock of ' + TITLE + ' (' + HASH.slice(0, 12) + ') on http://127.0.0.1:' + server.address().port + '\n');
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
`;
