import { drain } from './drain.js';
import { problems } from './problems.js';
import { rateLimit } from './rate-limit.js';
import { requestLog } from './request-log.js';
import { responseHeaders } from './response-headers.js';

/** What applies to every route, one line each, in the order its hooks run. Each is `(app, dependencies)`. */
export const plugins = [problems, requestLog, drain, responseHeaders, rateLimit];
