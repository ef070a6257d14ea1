import type { GateChecker } from '../../checker';
import { CannotTell } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import type { ProbeRequest } from '../../facts/service';
import type { Conversation } from '../../probes/conversation';
import { type Exchange, type ProbeFinding } from '../../probes/exchange';
import { graphqlPath } from '../../probes/graphql-request';
import { isHousekeeping, nameOf } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

const EVIL = 'https://evil.example';
const MOST_OPERATIONS = 4;

/** Item 16: no origin but the configured ones is admitted, and those are. */
export const CORS: GateChecker = {
  name: 'cors-probe',
  version: '1',
  subjects: ['cors'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, ({ headers }) => ({
      status: 200,
      body: [],
      headers: { 'access-control-allow-origin': headers['origin'] ?? '' },
    }));
    return (await judge(planted)).findings.some(({ key }) => key === 'echo');
  },
  check: async (inspection) =>
    inTurn(inspection, async (conversation) => {
      const { findings, shown, answered } = await judge(conversation);
      if (answered === 0) throw new CannotTell('no request with an origin was answered');
      const { corsOrigins } = conversation.settings;
      const meant =
        corsOrigins === null
          ? 'none is configured'
          : corsOrigins.length === 0
            ? 'none is meant'
            : `${corsOrigins.join(', ')} may`;
      return [
        probeAnswer(
          'cors',
          findings,
          `${answered} requests and preflights of foreign origins are not admitted (${meant})`,
          { shown },
        ),
      ];
    }),
};

/** What the answers to foreign and to configured origins allow. */
export async function judge(
  conversation: Conversation,
): Promise<{ findings: readonly ProbeFinding[]; shown: readonly Exchange[]; answered: number }> {
  const { settings, operations } = conversation;
  const secured = operations.some((one) => one.secured) || settings.login !== null;
  const origins = settings.corsOrigins;
  const found: { kind: string; text: string; where: string; exchange: Exchange }[] = [];
  const shown: Exchange[] = [];
  const places = await placesOf(conversation);
  for (const { where, operation, request } of places) {
    for (const origin of [EVIL, 'null', ...(origins ?? []).flatMap(lookalikes)]) {
      for (const exchange of await both(conversation, operation, request, origin)) {
        if (exchange.response === null) continue;
        shown.push(exchange);
        const fault = faultOf(exchange.response.headers, origin, { secured, origins });
        if (fault !== null) found.push({ ...fault, where, exchange });
      }
    }
    for (const origin of origins ?? []) {
      const exchanges = await both(conversation, operation, request, origin);
      for (const exchange of exchanges) {
        const allowed = exchange.response?.headers['access-control-allow-origin'];
        if (exchange.response !== null && allowed !== origin && allowed !== '*') {
          found.push({
            kind: `refused:${origin}`,
            text: `The configured origin ${origin} is not admitted.`,
            where,
            exchange,
          });
        }
      }
    }
  }
  return { findings: byKind(found, places.length), shown: shown.slice(0, 2), answered: shown.length };
}

function faultOf(
  headers: Readonly<Record<string, string>>,
  origin: string,
  { secured, origins }: { readonly secured: boolean; readonly origins: readonly string[] | null },
): { kind: string; text: string } | null {
  const allowed = headers['access-control-allow-origin']?.trim();
  const credentials = headers['access-control-allow-credentials']?.trim() === 'true';
  if (allowed === undefined || allowed === '' || origins?.includes(origin) === true) return null;
  if (allowed === origin) {
    return {
      kind: origin === 'null' ? 'null-origin' : origin === EVIL ? 'echo' : 'lookalike',
      text: `The origin ${origin} is admitted${credentials ? ' with credentials' : ''}; only configured origins should be.`,
    };
  }
  if (allowed !== '*') return null;
  if (credentials)
    return { kind: 'any-with-credentials', text: 'Every origin is admitted with credentials.' };
  if (origins !== null && !origins.includes('*'))
    return {
      kind: 'any',
      text: 'Every origin is admitted, though the configuration names those that are meant.',
    };
  return secured ? { kind: 'any', text: 'Every origin is admitted by an API that knows its callers.' } : null;
}

/** Origins that a careless comparison takes for a configured one. */
function lookalikes(origin: string): readonly string[] {
  const [scheme, host] = origin.split('://');
  return host === undefined || origin.includes('*')
    ? []
    : [`${origin}.evil.example`, `${scheme ?? 'https'}://evil${host}`];
}

async function both(
  { send }: Conversation,
  operation: ApiOperation | null,
  request: ProbeRequest,
  origin: string,
): Promise<readonly Exchange[]> {
  const { body: _, ...bare } = request;
  return [
    await send(operation, `origin ${origin}`, { ...request, headers: { ...request.headers, origin } }),
    await send(operation, `preflight of ${origin}`, {
      ...bare,
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': request.method,
        'access-control-request-headers': 'authorization,content-type',
      },
    }),
  ];
}

interface Placed {
  readonly where: string;
  readonly operation: ApiOperation | null;
  readonly request: ProbeRequest;
}

async function placesOf(conversation: Conversation): Promise<readonly Placed[]> {
  if (conversation.schema !== null) {
    const path = graphqlPath(conversation);
    const request = {
      method: 'POST',
      path,
      headers: { accept: 'application/json' },
      body: { query: '{ __typename }' },
    };
    return [{ where: path, operation: null, request }];
  }
  const usual = conversation.operations.filter((one) => !isHousekeeping(one));
  // One of each kind, so that a router with rules of its own is met.
  const prefixes = new Set<string>();
  const chosen = usual.filter(({ path, method }) => {
    const key = `${path.split('/').slice(0, 3).join('/')} ${method.toLowerCase() === 'get' ? 'get' : ''}`;
    const fresh = !prefixes.has(key);
    prefixes.add(key);
    return fresh;
  });
  const places: Placed[] = [];
  for (const operation of (chosen.length > 0 ? chosen : conversation.operations).slice(0, MOST_OPERATIONS)) {
    const request = await conversation.valid(operation, { caller: null });
    if (request !== null) places.push({ where: nameOf(operation), operation, request });
  }
  return places;
}

/** What holds wherever it was tried is one finding; else one for each operation. */
function byKind(
  found: readonly { kind: string; text: string; where: string; exchange: Exchange }[],
  places: number,
): readonly ProbeFinding[] {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const same = found.filter((one) => one.kind === kind);
    const everywhere = new Set(same.map(({ where }) => where)).size === places;
    const [first] = same;
    if (everywhere && first !== undefined) return [{ key: kind, text: first.text, exchange: first.exchange }];
    return same.map(({ text, where, exchange }) => ({
      key: `${kind}:${where}`,
      text: `${where}: ${text}`,
      exchange,
    }));
  });
}
