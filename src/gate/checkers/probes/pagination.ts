import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import { isRecord, type JsonRecord } from '../../../domain/contract/openapi-document';
import type { Conversation } from '../../probes/conversation';
import { type Exchange, isSuccess, type ProbeFinding, wasAnswered } from '../../probes/exchange';
import { graphqlPages } from '../../probes/graphql-probes';
import {
  isHousekeeping,
  nameOf,
  parametersIn,
  parseJson,
  rowsIn,
  schemaOfParameter,
  successSchema,
} from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { merged, typeOf } from '../../probes/schema-value';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

const AMOUNT =
  /^(?:limit|page_?size|per_?page|size|first|take|count|top|\$top|max_?results|page\[size\]|page\[limit\])$/i;
const CURSOR =
  /^(?:cursor|after|before|page_?token|starting_?after|next_?token|since_?id|continuation(?:_?token)?|page\[(?:after|cursor)\])$/i;
const NEXT =
  /^(?:next|next_?(?:cursor|page|token|page_?token|after|before)|end_?cursor|cursor|continuation(?:_?token)?)$/i;
const OFFSET = /^(?:offset|skip|start|page\[offset\])$/i;
const PAGE = /^(?:page|page_?(?:number|no|index)|p|page\[number\])$/i;
const MOST_LISTS = 15;
/** Rows made to find out whether an upper bound is kept. */
const MOST_MADE = 150;

/** Item 5 at run time: lists give as many rows as asked for, refuse or clamp the rest, and their pages do not overlap. */
export const PAGINATION: GateChecker = {
  name: 'pagination-probe',
  version: '1',
  subjects: ['pagination'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const rows = Array.from({ length: 8 }, (_, id) => ({ id, name: `thing ${id}` }));
    const planted = converseWithPlanted(PLANTED_API, ({ method }) =>
      method === 'GET' ? { status: 200, body: rows } : { status: 201, body: rows[0] },
    );
    const { findings } = await judge(planted);
    return findings.some(({ key }) => key === 'limit-ignored:GET /v1/things');
  },
  check: async (inspection) =>
    inTurn(inspection, async (conversation) => {
      if (conversation.schema !== null) return [await graphqlPages(conversation)];
      const { findings, lists, tried, shown, notes } = await judge(conversation);
      if (lists === 0)
        throw new DoesNotApply(
          'no-list-operations',
          'no operation of the spec answers with a list that has pages',
        );
      if (findings.length === 0 && tried === 0) {
        throw new CannotTell(
          `no list could be probed: ${notes.join('; ')}. Configure a seed with more than two rows of each, or test users`,
        );
      }
      const rest = notes.length === 0 ? '' : `; ${notes.slice(0, 5).join('; ')}`;
      return [
        probeAnswer('pagination', findings, `${tried} of ${lists} lists give pages as asked for${rest}`, {
          shown,
        }),
      ];
    }),
};

interface Judged {
  readonly findings: readonly ProbeFinding[];
  readonly lists: number;
  readonly tried: number;
  readonly shown: readonly Exchange[];
  readonly notes: readonly string[];
}

/** What is wrong with the pages of the lists. */
export async function judge(conversation: Conversation): Promise<Judged> {
  const lists = conversation.operations.filter((one) => isPagedList(one, conversation));
  const findings: ProbeFinding[] = [];
  const shown: Exchange[] = [];
  const notes: string[] = [];
  let tried = 0;
  for (const operation of lists.slice(0, MOST_LISTS)) {
    const result = await judgeList(conversation, operation);
    findings.push(...result.findings);
    shown.push(...result.shown);
    if (result.note === null) tried += 1;
    else notes.push(`${nameOf(operation)}: ${result.note}`);
  }
  return { findings, lists: lists.length, tried, shown, notes };
}

/** Reads a list, and lets the client say how long a page is. */
function isPagedList(operation: ApiOperation, { resolve }: Conversation): boolean {
  if (operation.method.toLowerCase() !== 'get' || operation.path.endsWith('}') || isHousekeeping(operation))
    return false;
  const schema = merged(resolve(successSchema(operation)), resolve);
  const lists =
    typeOf(schema) === 'array' ||
    Object.values(isRecord(schema['properties']) ? schema['properties'] : {}).some(
      (one) => typeOf(merged(resolve(one), resolve)) === 'array',
    );
  return lists && amountOf(operation) !== undefined;
}

const amountOf = (operation: ApiOperation): JsonRecord | undefined =>
  parametersIn(operation, 'query').find((one) => AMOUNT.test(String(one['name'])));

interface Page {
  readonly exchange: Exchange;
  /** Null: no rows in the answer. */
  readonly rows: readonly unknown[] | null;
}

async function judgeList(
  conversation: Conversation,
  operation: ApiOperation,
): Promise<{ findings: readonly ProbeFinding[]; shown: readonly Exchange[]; note: string | null }> {
  const { resolve } = conversation;
  const where = nameOf(operation);
  const parameter = amountOf(operation);
  const amount = String(parameter?.['name']);
  const schema = merged(resolve(schemaOfParameter(parameter ?? {})), resolve);
  const most = typeof schema['maximum'] === 'number' ? schema['maximum'] : null;
  const findings: ProbeFinding[] = [];
  const base = await conversation.valid(operation);
  if (base === null) return { findings, shown: [], note: 'no request can be made' };
  const ask = async (purpose: string, query: Readonly<Record<string, string>>): Promise<Page> => {
    const [path, given] = base.path.split('?');
    const asked = new URLSearchParams(given);
    for (const [name, value] of Object.entries(query)) asked.set(name, value);
    const text = asked.toString();
    const exchange = await conversation.send(operation, purpose, {
      ...base,
      path: `${path ?? ''}${text === '' ? '' : `?${text}`}`,
    });
    return { exchange, rows: isSuccess(exchange) ? rowsIn(parseJson(exchange.response?.body ?? '')) : null };
  };
  const find = (key: string, text: string, { exchange }: Page): void => {
    findings.push({ key: `${key}:${where}`, text, exchange });
  };

  let plain = await ask('valid', {});
  if (!wasAnswered(plain.exchange)) return { findings, shown: [], note: 'it is not answered' };
  for (let made = 0; made < 4 && (plain.rows?.length ?? 0) < 3; made += 1) {
    if (!(await makeRow(conversation, operation))) break;
    plain = await ask('valid', {});
  }
  const rows = plain.rows?.length ?? 0;

  for (const [value, name] of [
    ['-1', 'a negative one'],
    ['not~a~number', 'one that is no number'],
  ] as const) {
    const page = await ask(`${amount}=${value}`, { [amount]: value });
    const status = page.exchange.response?.status ?? 0;
    const declared = typeOf(schema) === 'integer' && (value !== '-1' || Number(schema['minimum'] ?? -1) >= 0);
    if (status >= 500)
      find(`limit-fails-${value}`, `${where} fails with ${status} when \`${amount}\` is ${name}.`, page);
    else if (isSuccess(page.exchange) && (declared || (page.rows?.length ?? 0) > Math.max(rows, 100))) {
      find(
        `limit-accepted-${value}`,
        `${where} takes ${value} as \`${amount}\` and should answer 400.`,
        page,
      );
    }
  }
  if (plain.rows === null)
    return { findings, shown: [], note: `it answers ${plain.exchange.response?.status ?? 'nothing'}` };
  if (rows < 2) return { findings, shown: [], note: `it has ${rows} rows and none could be made` };
  if (most !== null && rows > most)
    find(
      'default-unbounded',
      `${where} gives ${rows} rows unasked, more than its maximum of ${most}.`,
      plain,
    );

  const one = await ask(`${amount}=1`, { [amount]: '1' });
  if (one.rows !== null && one.rows.length > 1)
    find('limit-ignored', `${where} gives ${one.rows.length} rows when one is asked for.`, one);
  const clamped = most === null ? null : await overMaximum(conversation, operation, ask, { amount, most });
  if (clamped !== null)
    find(
      'maximum-ignored',
      `${where} gives ${clamped.rows?.length ?? 0} rows, more than its maximum of ${most ?? 0}.`,
      clamped,
    );
  if (one.rows?.length === 1) findings.push(...(await judgeNextPage(operation, ask, amount, rows)));
  return { findings, shown: [one.exchange], note: null };
}

type Ask = (purpose: string, query: Readonly<Record<string, string>>) => Promise<Page>;

/** The page that has more rows than the maximum; null: such a request is refused or clamped. */
async function overMaximum(
  conversation: Conversation,
  operation: ApiOperation,
  ask: Ask,
  { amount, most }: { readonly amount: string; readonly most: number },
): Promise<Page | null> {
  const query = { [amount]: String(most + 1) };
  let page = await ask(`${amount}=${most + 1}`, query);
  // Refused, or not to be told apart from clamped before there are more rows than the maximum.
  for (let made = page.rows?.length ?? most + 1; made <= most && made < MOST_MADE; made += 1) {
    if (!(await makeRow(conversation, operation))) return null;
    if (made === most) page = await ask(`${amount}=${most + 1}`, query);
  }
  return page.rows !== null && page.rows.length > most ? page : null;
}

/** Makes one more row through the operation that creates on the same path. */
async function makeRow(conversation: Conversation, list: ApiOperation): Promise<boolean> {
  const create = conversation.operations.find(
    ({ path, method }) => path === list.path && method.toLowerCase() === 'post',
  );
  if (create === undefined) return false;
  const request = await conversation.valid(create);
  return request !== null && isSuccess(await conversation.send(create, 'valid', request));
}

async function judgeNextPage(
  operation: ApiOperation,
  ask: Ask,
  amount: string,
  rows: number,
): Promise<ProbeFinding[]> {
  const where = nameOf(operation);
  const named = (pattern: RegExp): JsonRecord | undefined =>
    parametersIn(operation, 'query').find((one) => pattern.test(String(one['name'])));
  const two = rows > 2 ? 2 : 1;
  const first = await ask('first page', { [amount]: String(two) });
  const query = nextQuery(first, named(CURSOR), named(OFFSET), named(PAGE), two);
  if (query === 'none') return [];
  const fault = (key: string, text: string, exchange: Exchange): ProbeFinding[] => [
    { key: `${key}:${where}`, text, exchange },
  ];
  if (query === 'missing') {
    return fault(
      'no-next-page',
      `${where} has more rows than the page of ${two}, and does not say where the next one begins.`,
      first.exchange,
    );
  }
  const second = await ask('next page', { [amount]: String(two), ...query });
  if (!wasAnswered(second.exchange)) return [];
  if (second.rows === null)
    return fault(
      'next-page-refused',
      `${where} answers ${second.exchange.response.status} to the request for the next page.`,
      second.exchange,
    );
  if (second.rows.length === 0 && isNumberedFromNowhere(named(PAGE), query)) return [];
  if (second.rows.length === 0)
    return fault(
      'next-page-empty',
      `${where} gives nothing on the second page, though there are ${rows} rows.`,
      second.exchange,
    );
  const seen = new Set(first.rows?.map(identityOf));
  return second.rows.some((row) => seen.has(identityOf(row)))
    ? fault(
        'pages-overlap',
        `${where} gives rows of the first page on the second one again.`,
        second.exchange,
      )
    : [];
}

/** The spec does not say whether pages are numbered from 0 or 1. */
function isNumberedFromNowhere(
  page: JsonRecord | undefined,
  query: Readonly<Record<string, string>>,
): boolean {
  if (page === undefined || query[String(page['name'])] === undefined) return false;
  const schema = schemaOfParameter(page);
  return schema['default'] === undefined && schema['minimum'] === undefined;
}

function nextQuery(
  first: Page,
  cursor: JsonRecord | undefined,
  offset: JsonRecord | undefined,
  page: JsonRecord | undefined,
  size: number,
): Readonly<Record<string, string>> | 'none' | 'missing' {
  if (cursor !== undefined) {
    const next =
      cursorIn(parseJson(first.exchange.response?.body ?? '')) ??
      cursorOfLink(first.exchange, String(cursor['name']));
    if (next !== null) return { [String(cursor['name'])]: next };
    // A cursor named like a field of the rows is that field of the last one.
    return offset === undefined && page === undefined && hasNextField(first) ? 'missing' : 'none';
  }
  if (offset !== undefined) return { [String(offset['name'])]: String(size) };
  if (page !== undefined) {
    const schema = schemaOfParameter(page);
    const start = Number(schema['default'] ?? schema['minimum'] ?? 1);
    return { [String(page['name'])]: String(start + 1) };
  }
  return 'none';
}

function cursorIn(body: unknown, depth = 0): string | null {
  if (!isRecord(body) || depth > 2) return null;
  for (const [name, value] of Object.entries(body)) {
    if (NEXT.test(name) && (typeof value === 'string' || typeof value === 'number') && String(value) !== '') {
      const text = String(value);
      // A link: its own query has the cursor.
      const query =
        /^(?:https?:\/\/|\/|\?).*[?&](?:cursor|after|before|page_?token|starting_?after)=([^&]+)/i.exec(
          text,
        )?.[1];
      return query === undefined ? text : decodeURIComponent(query);
    }
  }
  const inner = Object.values(body).filter(isRecord);
  return inner.map((one) => cursorIn(one, depth + 1)).find((one) => one !== null) ?? null;
}

function cursorOfLink({ response }: Exchange, name: string): string | null {
  const url = /<([^>]+)>\s*;[^,]*rel="?next"?/i.exec(response?.headers['link'] ?? '')?.[1];
  return url === undefined ? null : new URL(url, 'http://service.invalid').searchParams.get(name);
}

function hasNextField({ exchange }: Page): boolean {
  const body = parseJson(exchange.response?.body ?? '');
  const names = isRecord(body) ? [body, ...Object.values(body).filter(isRecord)].flatMap(Object.keys) : [];
  return names.some((name) => NEXT.test(name));
}

function identityOf(row: unknown): string {
  const id = isRecord(row) ? (row['id'] ?? row['uuid'] ?? row['_id']) : undefined;
  return JSON.stringify(id ?? row);
}
