import { DoesNotApply, type GateChecker } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import type { ProbeRequest } from '../../facts/service';
import { isRecord } from '../../../domain/contract/openapi-document';
import type { Conversation } from '../../probes/conversation';
import { fieldsOf, withField } from '../../probes/example-request';
import { type Exchange, isSuccess, type ProbeFinding, wasAnswered } from '../../probes/exchange';
import { graphqlInjection } from '../../probes/graphql-probes';
import { SQL_COMPLAINT } from '../../probes/leaks';
import {
  isSignInLike,
  nameOf,
  parametersIn,
  parseJson,
  pathParameterNames,
  requestBodyOf,
  rowsIn,
  schemaOfParameter,
} from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { typeOf } from '../../probes/schema-value';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

/** How long a planted sleep takes, and from when on an answer counts as delayed. */
const SLEEP_S = 1.2;
const DELAYED_MS = 1100;
const MOST_PLACES = 40;
const MOST_MS = 9000;
/** Log lines may come after the answer. */
const LOG_DELAY_MS = 25;

/** Item 15 at run time: SQL in paths, queries and bodies stays a value. */
export const SQL_INJECTION: GateChecker = {
  name: 'sql-injection-probe',
  version: '1',
  subjects: ['sql-injection'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, ({ query, log }) => {
      if (query.get('name')?.includes("'") === true) {
        log('error: unterminated quoted string at or near "\'"');
        return { status: 400, body: { title: 'No', status: 400 } };
      }
      return { status: 200, body: [] };
    });
    return (await judge(planted)).findings.some(({ key }) => key === 'injection:query name:GET /v1/things');
  },
  check: async (inspection) => {
    if (inspection.survey.database === 'none') {
      throw new DoesNotApply(
        'no-database',
        'the service has no database that statements could be smuggled into',
      );
    }
    return inTurn(inspection, async (conversation) => {
      if (conversation.schema !== null) return [await graphqlInjection(conversation)];
      const { findings, places, shown } = await judge(conversation);
      return [
        probeAnswer(
          'sql-injection',
          findings,
          `SQL in ${places} parameters and fields changed no answer, failed nowhere and took no time`,
          { shown },
        ),
      ];
    });
  },
};

/** A part of a request that takes any text. */
interface Place {
  readonly operation: ApiOperation;
  /** `query name`, `path id`, `body title`. */
  readonly name: string;
  /** Text is what it is for: a search finds more for more words. */
  readonly isText: boolean;
  readonly with: (text: string) => ProbeRequest;
}

/** Parts of requests whose text becomes part of a statement. */
export async function judge(
  conversation: Conversation,
): Promise<{ findings: readonly ProbeFinding[]; places: number; shown: readonly Exchange[] }> {
  const findings: ProbeFinding[] = [];
  const shown: Exchange[] = [];
  const deadline = performance.now() + MOST_MS;
  const places = await placesOf(conversation);
  let tried = 0;
  for (const place of places.slice(0, MOST_PLACES)) {
    if (performance.now() > deadline) break;
    tried += 1;
    const { exchange, fault } = await judgePlace(conversation, place);
    if (exchange !== null) shown.push(exchange);
    if (fault !== null)
      findings.push({ key: `injection:${place.name}:${nameOf(place.operation)}`, ...fault });
  }
  return { findings, places: tried, shown: shown.slice(0, 4) };
}

async function judgePlace(
  conversation: Conversation,
  place: Place,
): Promise<{ exchange: Exchange | null; fault: Pick<ProbeFinding, 'text' | 'exchange'> | null }> {
  const { service, send } = conversation;
  const say = (purpose: string, text: string): Promise<Exchange> =>
    send(place.operation, purpose, place.with(text));
  const where = `${place.name} of ${nameOf(place.operation)}`;
  const plain = await say('a harmless text', 'zzqx');
  const before = service.log().length;
  const quoted = await say('a quote', "zz'qx");
  const or = await say('a condition', "zzqx' OR '1'='1");
  const bare = await say('a bare condition', '0 OR 1=1');
  await new Promise((resolve) => setTimeout(resolve, LOG_DELAY_MS));
  const logged = service.log().slice(before);
  const all = [quoted, or, bare];
  const complaint = all.find((one) => SQL_COMPLAINT.test(one.response?.body ?? ''));
  if (complaint !== undefined || SQL_COMPLAINT.test(logged)) {
    return {
      exchange: quoted,
      fault: {
        text: `SQL in ${where} reaches the database as SQL: it complains of the syntax.`,
        exchange: complaint ?? quoted,
      },
    };
  }
  const fails = (one: Exchange): boolean => (one.response?.status ?? 0) >= 500;
  const failing = fails(plain) ? undefined : all.find(fails);
  if (failing !== undefined) {
    return {
      exchange: failing,
      fault: {
        text: `SQL in ${where} makes it fail with ${failing.response?.status ?? 0}, a harmless text does not.`,
        exchange: failing,
      },
    };
  }
  // Deleting and changing with a condition that always holds is not for a second try.
  const more = (place.isText ? [or] : [or, bare]).find((one) => amountIn(one) > amountIn(plain));
  if (more !== undefined && place.operation.method.toLowerCase() === 'get') {
    return {
      exchange: more,
      fault: {
        text: `SQL in ${where} gives ${amountIn(more)} rows, a harmless text ${amountIn(plain)}.`,
        exchange: more,
      },
    };
  }
  const taken = wasAnswered(quoted) && (quoted.response.status < 400 || quoted.response.status === 404);
  const bareTaken = wasAnswered(bare) && (bare.response.status < 400 || bare.response.status === 404);
  for (const [usable, text] of [
    [taken, `zzqx'||(select pg_sleep(${SLEEP_S}))::text||'`],
    [taken, `zzqx'; select pg_sleep(${SLEEP_S}); --`],
    [bareTaken, `0;select pg_sleep(${SLEEP_S})`],
  ] as const) {
    if (!usable) continue;
    const slept = await say('a sleep', text);
    if ((slept.response?.ms ?? 0) < DELAYED_MS) continue;
    // Once more: a busy machine delays answers too, but not twice by as much.
    const again = await say('a sleep', text);
    const control = await say('a harmless text', 'zzqy');
    if ((again.response?.ms ?? 0) >= DELAYED_MS && (control.response?.ms ?? 0) < DELAYED_MS / 2) {
      return {
        exchange: again,
        fault: {
          text: `A sleep smuggled into ${where} delays its answer by ${Math.round(again.response?.ms ?? 0)} ms.`,
          exchange: again,
        },
      };
    }
  }
  return { exchange: or, fault: null };
}

function amountIn(exchange: Exchange): number {
  if (!isSuccess(exchange)) return 0;
  const body = parseJson(exchange.response?.body ?? '');
  return rowsIn(body)?.length ?? (isRecord(body) ? 1 : 0);
}

async function placesOf(conversation: Conversation): Promise<readonly Place[]> {
  const places: Place[] = [];
  // What can be read first: there rows tell more than a status.
  const ordered = [...conversation.operations].sort((a, b) => order(a) - order(b));
  for (const operation of ordered) {
    if (places.length >= MOST_PLACES) break;
    const valid = await conversation.valid(operation);
    if (valid === null) continue;
    const [path = '', query = ''] = valid.path.split('?');
    for (const parameter of parametersIn(operation, 'query')) {
      const name = String(parameter['name']);
      places.push({
        operation,
        name: `query ${name}`,
        isText: typeOf(conversation.resolve(schemaOfParameter(parameter))) === 'string',
        with: (text) => {
          const asked = new URLSearchParams(query);
          asked.set(name, text);
          return { ...valid, path: `${path}?${asked.toString()}` };
        },
      });
    }
    const last = pathParameterNames(operation.path).at(-1);
    if (last !== undefined) {
      const steps = operation.path.split('/');
      const at = steps.indexOf(`{${last}}`);
      if (at >= 0) {
        places.push({
          operation,
          name: `path ${last}`,
          isText: false,
          with: (text) => ({
            ...valid,
            path:
              [
                ...path.split('/').slice(0, at),
                encodeURIComponent(text),
                ...path.split('/').slice(at + 1),
              ].join('/') + (query === '' ? '' : `?${query}`),
          }),
        });
      }
    }
    const body = requestBodyOf(operation);
    if (body === null || !isRecord(valid.body)) continue;
    for (const { steps } of fieldsOf(body.schema, conversation.resolve)
      .filter(({ schema }) => typeOf(schema) === 'string' && schema['enum'] === undefined)
      // Signing in has a limit of its own.
      .slice(0, isSignInLike(operation) ? 1 : 5)) {
      places.push({
        operation,
        name: `body ${steps.join('.')}`,
        isText: true,
        with: (text) => ({ ...valid, body: withField(valid.body, steps, text) }),
      });
    }
  }
  return places;
}

function order(operation: ApiOperation): number {
  if (isSignInLike(operation)) return 9;
  return ['get', 'post', 'patch', 'put', 'delete'].indexOf(operation.method.toLowerCase());
}
