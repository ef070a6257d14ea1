'use strict';
// Loaded into every Node process of a target's tests by NODE_OPTIONS. Writes one line for each answered HTTP request
// into a file of its own in COORDINATOR_RECORD_DIR. Whatever goes wrong in here stays in here: the tests must not notice.
const fs = require('node:fs');
const http = require('node:http');
const nodeModule = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { threadId } = require('node:worker_threads');

const folder = process.env.COORDINATOR_RECORD_DIR;
const MOST_BODY_BYTES = 4096;
const MOST_DOCUMENT_CHARACTERS = 4096;
const MOST_RECORDS = 20_000;
const TEXT = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|graphql|x-ndjson))/i;

if (folder) {
  // Taken now: a test may replace the file system or the clock.
  const append = fs.appendFileSync.bind(fs);
  const file = join(folder, `${process.pid}-${threadId}.ndjson`);
  let records = 0;

  const record = (row) => {
    if (records >= MOST_RECORDS) return;
    records += 1;
    try {
      append(file, `${JSON.stringify(row)}\n`);
    } catch {
      records = MOST_RECORDS;
    }
  };
  const quietly = (act) => {
    try {
      act();
    } catch {
      // The tests go on as if nobody watched.
    }
  };

  const bodies = new WeakMap();
  const types = new WeakMap();
  const urls = new WeakMap();
  const documents = new WeakMap();
  const done = new WeakSet();

  const keep = (response, chunk, encoding) => {
    if (chunk === null || chunk === undefined || typeof chunk === 'function') return;
    const kept = bodies.get(response) ?? { parts: [], bytes: 0 };
    if (kept.bytes >= MOST_BODY_BYTES) return;
    const bytes = (
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')
        : Buffer.from(chunk)
    ).subarray(0, MOST_BODY_BYTES - kept.bytes);
    kept.parts.push(bytes);
    kept.bytes += bytes.length;
    bodies.set(response, kept);
  };

  // Headers given to writeHead alone are not among those that getHeader knows.
  const typeOf = (response) => response.getHeader('content-type') ?? types.get(response);

  const textOf = (response) => {
    const type = typeOf(response);
    const kept = bodies.get(response);
    if (typeof type !== 'string' || !TEXT.test(type) || response.getHeader('content-encoding') || !kept)
      return null;
    return Buffer.concat(kept.parts).toString('utf8');
  };

  const pairsOf = (list) =>
    Array.isArray(list[0])
      ? list
      : list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : []));

  const finish = (response) => {
    const request = response.req;
    if (!request || typeof request.url !== 'string' || done.has(response)) return;
    done.add(response);
    const type = typeOf(response);
    // A router that is mounted below a path shortens `url` while it runs.
    const path = (request.originalUrl ?? urls.get(request) ?? request.url).split('?', 1)[0];
    record({
      method: request.method,
      path,
      status: response.statusCode,
      contentType: type === undefined ? null : String(type),
      body: textOf(response),
      document: documentOf(request, path),
    });
  };

  const documentOf = (request, path) => {
    const sent = documents.get(request);
    const injected = request._lightMyRequest?.payload;
    const text = sent
      ? Buffer.concat(sent.parts).toString('utf8')
      : typeof injected === 'string'
        ? injected
        : null;
    if (text === null || !/graphql/i.test(path)) return null;
    try {
      const { query } = JSON.parse(text);
      return typeof query === 'string' ? query.slice(0, MOST_DOCUMENT_CHARACTERS) : null;
    } catch {
      return null;
    }
  };

  const watchBody = (request) => {
    if (request.method !== 'POST' || !/graphql/i.test(request.url)) return;
    const kept = { parts: [], bytes: 0 };
    documents.set(request, kept);
    const push = request.push;
    request.push = function (chunk, ...rest) {
      quietly(() => {
        if (chunk === null || chunk === undefined || kept.bytes > MOST_BODY_BYTES * 4) return;
        kept.parts.push(Buffer.from(chunk));
        kept.bytes += chunk.length;
      });
      return push.call(this, chunk, ...rest);
    };
  };

  // Requests over a socket (supertest, fetch) and injected ones (Fastify, Nest) both answer through these two.
  const { write, writeHead, end } = http.ServerResponse.prototype;
  http.ServerResponse.prototype.writeHead = function (...args) {
    quietly(() => {
      const given = args.find((arg) => typeof arg === 'object' && arg !== null);
      const pairs = Array.isArray(given) ? pairsOf(given) : Object.entries(given ?? {});
      const type = pairs.find(([name]) => String(name).toLowerCase() === 'content-type');
      if (type) types.set(this, String(type[1]));
    });
    return writeHead.apply(this, args);
  };
  http.ServerResponse.prototype.write = function (...args) {
    quietly(() => keep(this, args[0], args[1]));
    return write.apply(this, args);
  };
  http.ServerResponse.prototype.end = function (...args) {
    quietly(() => {
      keep(this, args[0], args[1]);
      finish(this);
    });
    return end.apply(this, args);
  };
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function (event, ...args) {
    if (event === 'request') {
      quietly(() => {
        urls.set(args[0], args[0].url);
        watchBody(args[0]);
      });
    }
    return emit.call(this, event, ...args);
  };

  // GraphQL may be tested without any HTTP; what counts is what was executed.
  if (process.env.COORDINATOR_RECORD_GRAPHQL === '1') {
    const executed = (args, result) => {
      quietly(() => {
        const given = args[0] && args[0].document ? args[0] : { document: args[1] };
        const source = given.document?.loc?.source?.body;
        if (typeof source !== 'string') return;
        record({
          method: 'POST',
          path: '/graphql',
          status: 200,
          contentType: 'application/json',
          body: JSON.stringify(result).slice(0, MOST_BODY_BYTES),
          document: source.slice(0, MOST_DOCUMENT_CHARACTERS),
          executed: true,
        });
      });
    };
    const watched = (args, result) => {
      if (result && typeof result.then === 'function')
        result.then(
          (value) => executed(args, value),
          () => undefined,
        );
      else executed(args, result);
    };
    globalThis[Symbol.for('coordinator.graphql-executed')] = watched;
    quietly(() => {
      nodeModule.register('./graphql-hooks.mjs', pathToFileURL(__filename));
    });
    const load = nodeModule._extensions['.js'];
    nodeModule._extensions['.js'] = function (module, path) {
      load(module, path);
      if (!/[\\/]graphql[\\/]execution[\\/]execute\.js$/.test(path)) return;
      quietly(() => {
        const { execute } = module.exports;
        module.exports.execute = function (...args) {
          const result = execute.apply(this, args);
          watched(args, result);
          return result;
        };
      });
    };
  }
}
