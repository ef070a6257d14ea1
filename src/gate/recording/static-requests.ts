import type { SourceFiles } from '../facts/source-files';
import type { RecordedRequest } from '../facts/test-run';
import { isTestFile } from './test-sources';

/** A call that names method and path: `get("/v1/x")`, `client.get().uri("/v1/x")`, `rest.postForEntity("/v1/x")`. */
const CALLS: readonly RegExp[] = [
  /\b(get|post|put|patch|delete|head|options)\(\s*"(\/[^"\s]*)"/gi,
  /\b(get|post|put|patch|delete|head|options)\(\)\s*\.uri\(\s*"(\/[^"\s]*)"/gi,
  /\b(get|post|put|patch|delete)For(?:Entity|Object|Location)\(\s*(?:[\w.()]+\s*\+\s*)?"(\/[^"\s]*)"/gi,
  /\bHttpMethod\.(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s*,\s*"(\/[^"\s]*)"/gi,
  /\brequest\(\s*(?:HttpMethod\.)?"?(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)"?\s*,\s*"(\/[^"\s]*)"/gi,
  /\bexchange\(\s*"(\/[^"\s]*)"\s*,\s*HttpMethod\.(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)/gi,
];

const STATUS_NAMES: Readonly<Record<string, number>> = {
  ok: 200,
  created: 201,
  accepted: 202,
  nocontent: 204,
  badrequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notfound: 404,
  methodnotallowed: 405,
  conflict: 409,
  gone: 410,
  unsupportedmediatype: 415,
  unprocessableentity: 422,
  unprocessablecontent: 422,
  toomanyrequests: 429,
  internalservererror: 500,
};
const STATUS =
  /\bis(Ok|Created|Accepted|NoContent|BadRequest|Unauthorized|Forbidden|NotFound|MethodNotAllowed|Conflict|Gone|UnsupportedMediaType|Unprocessable(?:Entity|Content)|TooManyRequests|InternalServerError)\(|\bHttpStatus\.([A-Z_]+)|\b([1-5]\d\d)\b/g;

/**
 * Requests of JVM tests as their sources spell them: how often and with which answer they really happened is unknown.
 * The status is the first one named from the call's statement to that of the next call in the same file; without one
 * it is 0.
 */
export async function readStaticRequests(files: SourceFiles): Promise<RecordedRequest[]> {
  const found: RecordedRequest[] = [];
  for (const path of files.paths.filter((name) => isTestFile(name) && /\.(?:java|kt)$/.test(name))) {
    const text = (await files.read(path)) ?? '';
    const calls = CALLS.flatMap((pattern) => [...text.matchAll(pattern)])
      .map((match) => callOf(match))
      .sort((a, b) => a.at - b.at);
    calls.forEach((call, index) => {
      const next = calls[index + 1]?.at;
      const between = text.slice(
        statementAt(text, call.at),
        next === undefined ? text.length : Math.max(call.at, statementAt(text, next)),
      );
      found.push({
        method: call.method,
        path: call.path,
        status: statusIn(between),
        contentType: null,
        body: null,
        document: null,
      });
    });
  }
  return found;
}

/** Where the statement around a place begins: an expected status may stand in front of the call. */
function statementAt(text: string, at: number): number {
  return Math.max(...[';', '{', '}'].map((mark) => text.lastIndexOf(mark, at))) + 1;
}

function callOf(match: RegExpExecArray): { at: number; method: string; path: string } {
  const [first = '', second = ''] = [match[1], match[2]];
  const [method, path] = first.startsWith('/') ? [second, first] : [first, second];
  return { at: match.index, method: method.toUpperCase(), path: path.split('?', 1)[0] ?? path };
}

function statusIn(text: string): number {
  for (const [, named, constant, digits] of text.matchAll(STATUS)) {
    const word = (named ?? constant ?? '').replaceAll('_', '').toLowerCase();
    const status = digits === undefined ? STATUS_NAMES[word] : Number(digits);
    if (status !== undefined) return status;
  }
  return 0;
}
