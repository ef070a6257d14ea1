import type { SgNode } from '@ast-grep/napi';
import type { Call, ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { around, callsWhere, literalOf, propertyOf, unquote, valueOf } from './match';

const CORS = { item: 'cors', language: 'javascript' } as const;

const ANY_ORIGIN = /^(?:\*|true)$/;

/** The options of a CORS middleware let everybody in. */
function admitsAll(options: SgNode | null, file: ParsedFile): boolean {
  if (options?.kind() !== 'object') return false;
  const origin = propertyOf(options, /^origin$/);
  if (origin === null) return !/\borigin\b|\.\.\./.test(options.text());
  const value = valueOf(file, origin);
  if (ANY_ORIGIN.test(unquote(value.text()))) return true;
  if (value.kind() === 'array') return value.namedChildren().some((entry) => literalOf(entry) === '*');
  // A function that says yes to whoever asks.
  const text = value.text().replace(/\s+/g, '');
  return (
    /^(?:async)?(?:function\w*)?\(?[\w,_]*\)?(?:=>)?\{?(?:return)?\w+\(null,(?:true|origin|\w*[oO]rigin)\);?\}?$/.test(
      text,
    ) || /^\(?(\w+)\)?=>\1$/.test(text)
  );
}

function openCors(call: Call, file: ParsedFile): boolean {
  const [first, second] = call.args;
  const importsCors = /['"](?:cors|@koa\/cors|@fastify\/cors|fastify-cors|koa2-cors|hono\/cors)['"]/.test(
    file.text,
  );
  if (call.receiver === null && /^(?:cors|\w*[cC]ors)$/.test(call.name) && importsCors) {
    return first === undefined || admitsAll(valueOf(file, first), file);
  }
  if (/^require\(['"](?:cors|@koa\/cors)['"]\)$/.test(call.callee)) {
    return first === undefined || admitsAll(valueOf(file, first), file);
  }
  if (call.name === 'enableCors') return first === undefined || admitsAll(valueOf(file, first), file);
  if (
    call.name === 'register' &&
    first !== undefined &&
    (/^\w*[cC]ors$/.test(first.text()) || /(?:require|import)\(['"]@fastify\/cors['"]\)/.test(first.text()))
  ) {
    return second === undefined || admitsAll(valueOf(file, second), file);
  }
  if (call.callee === 'NestFactory.create') {
    return call.args.some((arg) => propertyOf(valueOf(file, arg), /^cors$/)?.text() === 'true');
  }
  return (
    (call.name === 'ApolloServer' || call.name === 'createYoga') &&
    call.args.some((arg) => admitsAll(propertyOf(valueOf(file, arg), /^cors$/), file))
  );
}

/** The header set by hand: to `*`, or to whatever the caller says he is. */
function headerByHand(file: ParsedFile): SgNode[] {
  const isHeader = (node: SgNode | undefined): boolean =>
    literalOf(node)?.toLowerCase() === 'access-control-allow-origin';
  const echoes = (node: SgNode): boolean => {
    const value = valueOf(file, node);
    const text = value.text();
    if (!/headers(?:\.origin|\[['"]origin['"]\])|\.(?:get|header)\(['"]origin['"]\)/i.test(text))
      return literalOf(value) === '*' || /['"]\*['"]$/.test(text);
    return !/\.(?:includes|has|indexOf|some|test)\(|allowed/i.test(around(node, file));
  };
  const calls = file.calls().flatMap(({ node, args }) => {
    const [name, value] = args;
    return isHeader(name) && value !== undefined && echoes(value) ? [node] : [];
  });
  const pairs = file.all('pair').filter((pair) => {
    const value = pair.field('value');
    return (
      unquote(pair.field('key')?.text() ?? '').toLowerCase() === 'access-control-allow-origin' &&
      value !== null &&
      echoes(value)
    );
  });
  return [...calls, ...pairs];
}

export const JAVASCRIPT_CORS_RULES: readonly SourceRule[] = [
  {
    id: 'js-open-cors',
    mentions: /cors/i,
    ...CORS,
    message: 'Every origin may read the answers; list the origins that are meant.',
    find: (file) => callsWhere(file, (call) => openCors(call, file)),
    bad: [
      'const cors = require("cors"); app.use(cors());',
      'import cors from "cors"; app.use(cors({ origin: "*" }));',
      'import cors from "cors"; app.use(cors({ origin: true, credentials: true }));',
      'import cors from "cors"; const options = { origin: "*" }; app.use(cors(options));',
      'import cors from "cors"; app.use(cors({ origin: (origin, callback) => callback(null, true) }));',
      'import cors from "@fastify/cors"; await app.register(cors);',
      'import cors from "@fastify/cors"; await app.register(cors, { origin: true });',
      'import cors from "cors"; app.use(cors({ credentials: true }));',
      'app.use(require("cors")());',
      'app.enableCors();',
      'app.enableCors({ origin: "*" });',
      'const app = await NestFactory.create(AppModule, { cors: true });',
    ],
    good: [
      'import cors from "cors"; app.use(cors({ origin: config.origins }));',
      'import cors from "cors"; app.use(cors({ origin: ["https://app.example.org"], credentials: true }));',
      'import cors from "@fastify/cors"; await app.register(cors, { origin: config.origins });',
      'import cors from "cors"; app.use(cors({ origin: (origin, callback) => callback(null, allowed.has(origin)) }));',
      'import cors from "cors"; app.use(cors({ ...options }));',
      'app.enableCors({ origin: process.env.ORIGINS.split(",") });',
    ],
  },
  {
    id: 'js-cors-header',
    mentions: /access-control-allow-origin/i,
    ...CORS,
    message: 'Access-Control-Allow-Origin lets every origin in; answer only the origins that are meant.',
    find: headerByHand,
    bad: [
      'res.setHeader("Access-Control-Allow-Origin", "*");',
      'res.header("Access-Control-Allow-Origin", req.headers.origin);',
      'const headers = { "Access-Control-Allow-Origin": "*" };',
      'reply.header("access-control-allow-origin", "*");',
      'app.use((req, res, next) => { const origin = req.headers.origin; res.set("Access-Control-Allow-Origin", origin); next(); });',
      'res.set({ "access-control-allow-origin": req.headers.origin ?? "*" });',
    ],
    good: [
      'if (allowed.includes(req.headers.origin)) res.setHeader("Access-Control-Allow-Origin", req.headers.origin);',
      'res.setHeader("Access-Control-Allow-Origin", config.origin);',
    ],
  },
];
