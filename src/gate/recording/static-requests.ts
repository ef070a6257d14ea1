import type { SourceFiles } from '../facts/source-files';
import type { RecordedRequest } from '../facts/test-run';
import { isTestFile } from './test-sources';

/** A path in pieces, `"/v1/invoices/" + id + "/notes"`, or a variable that holds one. */
const PATH = String.raw`("\/[^"\s]*"(?:\s*\+\s*(?:"[^"\s]*"|[\w.]+(?:\(\))?))*|[a-z]\w*)`;
const VERB = '(get|post|put|patch|delete|head|options)';
const METHOD = '(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)';

/** A call that names method and path: `get("/v1/x")`, `client.get().uri("/v1/x")`, `rest.postForEntity("/v1/x")`. */
const CALLS: readonly RegExp[] = [
  new RegExp(String.raw`\b${VERB}(?:[A-Z]\w*)?\(\s*(?:[\w.()]+\s*\+\s*)?${PATH}`, 'g'),
  new RegExp(String.raw`\b${VERB}\(\)\s*\.uri\(\s*${PATH}`, 'g'),
  new RegExp(String.raw`\bHttpMethod\.${METHOD}\s*,\s*${PATH}`, 'g'),
  new RegExp(String.raw`\brequest\(\s*(?:HttpMethod\.)?"?${METHOD}"?\s*,\s*${PATH}`, 'g'),
];
const EXCHANGES = new RegExp(String.raw`\bexchange\(\s*${PATH}\s*,\s*HttpMethod\.${METHOD}`, 'g');
const ASSIGNMENT = new RegExp(
  String.raw`\b(\w+)\s*=\s*("\/[^"\s]*"(?:\s*\+\s*(?:"[^"\s]*"|[\w.]+(?:\(\))?))*)`,
  'g',
);
const DEFINITION = /\b(\w+)\s*\([^(){};]*\)\s*(?:throws\s[\w\s.,]+)?\{/g;

interface Call {
  readonly at: number;
  readonly method: string;
  readonly path: string;
}

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
    const calls = callsIn(text);
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

/** Every call of a file in order; one in a helper of the tests counts wherever the helper is called. */
function callsIn(text: string): Call[] {
  const direct = [
    ...CALLS.flatMap((pattern) => [...text.matchAll(pattern)]).map(
      ({ index, 1: method = '', 2: path = '' }) => ({
        at: index,
        method,
        path,
      }),
    ),
    ...[...text.matchAll(EXCHANGES)].map(({ index, 1: path = '', 2: method = '' }) => ({
      at: index,
      method,
      path,
    })),
  ].flatMap(({ at, method, path }): Call[] => {
    const whole = wholePath(path.startsWith('"') ? path : valueBefore(text, path, at));
    return whole === null ? [] : [{ at, method: method.toUpperCase(), path: whole }];
  });
  const definitions = [...text.matchAll(DEFINITION)];
  const through = direct.flatMap((call) => {
    const helper = definitions.findLast(({ index }) => index < call.at);
    const name = helper?.[1];
    if (helper === undefined || name === undefined) return [];
    return [...text.matchAll(new RegExp(String.raw`\b${name}\(`, 'g'))]
      .filter(({ index }) => index !== helper.index)
      .map(({ index }) => ({ ...call, at: index }));
  });
  return [...direct, ...through].sort((one, other) => one.at - other.at);
}

/** What a variable was last set to before a place. */
function valueBefore(text: string, name: string, at: number): string {
  const set = [...text.slice(0, at).matchAll(ASSIGNMENT)].findLast(({ 1: variable }) => variable === name);
  return set?.[2] ?? '';
}

/** The pieces as one path, with `{}` for what is put in; null where there is none. */
function wholePath(pieces: string): string | null {
  if (!pieces.startsWith('"')) return null;
  const path = pieces
    .split(/\s*\+\s*(?=["\w])/)
    .map((piece) => (piece.startsWith('"') ? piece.slice(1, -1) : '{}'))
    .join('');
  return path.split('?', 1)[0] ?? path;
}

function statusIn(text: string): number {
  for (const [, named, constant, digits] of text.matchAll(STATUS)) {
    const word = (named ?? constant ?? '').replaceAll('_', '').toLowerCase();
    const status = digits === undefined ? STATUS_NAMES[word] : Number(digits);
    if (status !== undefined) return status;
  }
  return 0;
}
