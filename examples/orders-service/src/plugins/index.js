import { drain } from './drain.js';
import { problems } from './problems.js';
import { rateLimit } from './rate-limit.js';
import { requestLog } from './request-log.js';
import { responseHeaders } from './response-headers.js';

/** What applies to every route, one line each, in the order its hooks run. Each is `(app, dependencies)`. */
export const plugins = [
  problems, // errors become problem documents
  requestLog, // one line per request
  drain, // connections end while shutting down
  responseHeaders, // no caching, request id
  rateLimit, // per client address
];
