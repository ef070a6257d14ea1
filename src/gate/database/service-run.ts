import { CannotTell, DoesNotApply } from '../checker';
import type { ApiOperation } from '../facts/api-description';
import type { MigratedDatabase, StatementCount } from '../facts/database';
import type { Inspection } from '../inspection';
import { type Conversation, createConversation } from '../probes/conversation';
import { type Exchange, isSuccess } from '../probes/exchange';
import { limitVariables } from '../probes/limit-variables';
import {
  isHousekeeping,
  isSignInLike,
  nameOf,
  parametersIn,
  parseJson,
  rowsIn,
} from '../probes/operation-shape';
import { generateRows } from './generate-rows';
import { graphqlLists, readAllFields } from './graphql-lists';
import { tableName } from './read-catalog';

const AMOUNT =
  /^(?:limit|page_?size|per_?page|size|first|take|count|top|\$top|max_?results|page\[(?:size|limit)\])$/i;
const MOST_OPERATIONS = 15;
const FEW = 4;
const MORE = 12;
const ROUNDS = 3;
/** Enough for a third of them to be a list of one parent. */
const FEW_ROWS = 24;
const FAVOURED_PARENTS = 2;
const UNREACHED = '100000';
/** More than fits into what a planner reads at once anyway. */
const BIG_TABLE_ROWS = 1500;

/** What one request of a list cost, and how many rows it brought. */
interface ListSample {
  readonly items: number;
  readonly calls: ReadonlyMap<string, number>;
}

/** The same list, with few rows and with more. */
export interface ListRun {
  readonly operation: string;
  readonly few: ListSample;
  readonly more: ListSample;
}

/** A list that can be asked for. */
export interface AskedList {
  readonly name: string;
  /** Prepares a request for that many rows: what has to be found out for it is none of its cost. Null: none can be made. */
  ask(amount: number): Promise<(() => Promise<Exchange>) | null>;
  /** Said by the schema: an answer without rows is a refusal. */
  readonly isSure?: boolean;
  /** The rows in an answer; null where it is no list. */
  rows(body: string): readonly unknown[] | null;
}

/** What reading operations made the database do. */
export interface ServiceRun {
  readonly lists: readonly ListRun[];
  /** Operations left out, and why. */
  readonly left: readonly string[];
  /** Statements of reading operations with more than a thousand rows in each table. */
  readonly statements: readonly StatementCount[];
  /** Requests of that round that were answered well. */
  readonly requests: number;
  /** The database they ran in, with those rows. */
  readonly database: MigratedDatabase;
  /** Rows by table; those the migrations fill themselves are look-up tables and left out. */
  readonly rows: ReadonlyMap<string, number>;
}

const known = new WeakMap<Inspection, Promise<ServiceRun>>();

/** The run of an inspection, made once for all checkers that look at it. */
export function serviceRunOf(inspection: Inspection): Promise<ServiceRun> {
  const found = known.get(inspection) ?? runService(inspection);
  known.set(inspection, found);
  return found;
}

async function runService(inspection: Inspection): Promise<ServiceRun> {
  const api = await inspection.api();
  const service = await start(inspection);
  try {
    const { database } = service;
    if (database === null) throw new DoesNotApply('no-database', 'the service is started without a database');
    let answered = 0;
    const request: typeof service.request = async (sent) => {
      const response = await service.request(sent);
      if (response.status < 400) answered += 1;
      return response;
    };
    const conversation = createConversation({
      service: { ...service, request },
      ...(api.kind === 'openapi'
        ? { operations: api.operations, document: api.document, schema: null }
        : { operations: [], document: {}, schema: api.text }),
      settings: inspection.settings,
      manyClients: true,
    });
    await conversation.callers();
    const lookups = await filledTables(await inspection.database());
    await generateRows(database, { rows: FEW_ROWS, except: lookups, favoured: FAVOURED_PARENTS });
    const reading = conversation.operations.filter(isReading);
    const asked = api.kind === 'openapi' ? operationLists(conversation, reading) : graphqlLists(conversation);
    const left: string[] = [];
    const lists = await runLists(database, asked, { lookups, left });
    const generated = await generateRows(database, { rows: BIG_TABLE_ROWS, except: lookups });
    left.push(...generated.problems.map(({ table, reason }) => `${table} could not be filled: ${reason}`));
    await database.query('ANALYZE');
    await database.resetStatements();
    const before = answered;
    if (api.kind === 'openapi') await readEverything(conversation, reading);
    else await readAllFields(conversation, ROUNDS);
    const statements = await database.statements();
    return { lists, left, statements, requests: answered - before, database, rows: generated.counts };
  } finally {
    await service.stop();
  }
}

async function start(inspection: Inspection): ReturnType<Inspection['startService']> {
  const names = await limitVariables(inspection);
  const env = Object.fromEntries(names.map((name) => [name, UNREACHED]));
  try {
    return await inspection.startService({ seed: true, env });
  } catch (error) {
    // A value that the service refuses is no reason to know nothing of it.
    if (names.length === 0 || !(error instanceof CannotTell)) throw error;
    return inspection.startService({ seed: true });
  }
}

function isReading(operation: ApiOperation): boolean {
  return operation.method.toLowerCase() === 'get' && !isHousekeeping(operation) && !isSignInLike(operation);
}

/** Tables that the migrations themselves fill: look-up tables, which stay small. */
async function filledTables(database: MigratedDatabase): Promise<ReadonlySet<string>> {
  const filled = new Set<string>();
  for (const table of database.tables) {
    const name = [table.schema, table.name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
    if ((await database.query(`SELECT 1 FROM ${name} LIMIT 1`)).length > 0) filled.add(tableName(table));
  }
  return filled;
}

/** The operations that may answer with a list. */
function operationLists(conversation: Conversation, reading: readonly ApiOperation[]): readonly AskedList[] {
  return reading
    .filter(({ path }) => !path.endsWith('}'))
    .map((operation) => ({
      name: nameOf(operation),
      ask: async (amount) => {
        const parameter = parametersIn(operation, 'query').find(({ name }) => AMOUNT.test(String(name)));
        const query = parameter === undefined ? {} : { [String(parameter['name'])]: String(amount) };
        const request = await conversation.valid(operation, { query });
        return request === null ? null : () => conversation.send(operation, 'valid', request);
      },
      rows: (body) => rowsIn(parseJson(body)),
    }));
}

async function runLists(
  database: MigratedDatabase,
  asked: readonly AskedList[],
  { lookups, left }: { readonly lookups: ReadonlySet<string>; readonly left: string[] },
): Promise<ListRun[]> {
  const few = new Map<string, ListSample>();
  for (const { name } of asked.slice(MOST_OPERATIONS)) left.push(`${name}: too many operations`);
  for (const list of asked.slice(0, MOST_OPERATIONS)) {
    const sample = await sampleOf(database, list, FEW);
    if (typeof sample === 'string') left.push(`${list.name}: ${sample}`);
    else if (sample !== null) few.set(list.name, sample);
  }
  await generateRows(database, { rows: FEW_ROWS, except: lookups, favoured: FAVOURED_PARENTS });
  const runs: ListRun[] = [];
  for (const list of asked) {
    const before = few.get(list.name);
    if (before === undefined) continue;
    const after = await sampleOf(database, list, MORE);
    if (after === null || typeof after === 'string') continue;
    runs.push({ operation: list.name, few: before, more: after });
  }
  return runs;
}

/** One request and what it cost; null where the answer is no list, a text where none could be had. */
async function sampleOf(
  database: MigratedDatabase,
  list: AskedList,
  amount: number,
): Promise<ListSample | string | null> {
  const send = await list.ask(amount);
  if (send === null) return 'no request could be made for it';
  const before = callsOf(await database.statements());
  const exchange = await send();
  const after = callsOf(await database.statements());
  if (!isSuccess(exchange)) {
    return exchange.response === null
      ? (exchange.fault ?? 'no answer')
      : `answers ${String(exchange.response.status)}`;
  }
  const rows = list.rows(exchange.response?.body ?? '');
  if (rows === null) return list.isSure === true ? 'answers without rows' : null;
  const calls = new Map([...after].map(([text, count]) => [text, count - (before.get(text) ?? 0)]));
  return { items: rows.length, calls: new Map([...calls].filter(([, count]) => count > 0)) };
}

function callsOf(statements: readonly StatementCount[]): Map<string, number> {
  return new Map(statements.map(({ query, calls }) => [query, calls]));
}

/** Every reading operation a few times, with ids that exist. */
async function readEverything(conversation: Conversation, reading: readonly ApiOperation[]): Promise<void> {
  for (const operation of reading.slice(0, 2 * MOST_OPERATIONS)) {
    for (let round = 0; round < ROUNDS; round += 1) {
      const request = await conversation.valid(operation);
      if (request === null) break;
      await conversation.send(operation, 'valid', request);
    }
  }
}
