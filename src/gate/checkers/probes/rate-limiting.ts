import { CannotTell, type GateChecker } from '../../checker';
import type { Inspection } from '../../inspection';
import type { ProbeRequest, ProbeResponse } from '../../facts/service';
import type { Conversation } from '../../probes/conversation';
import type { Exchange, ProbeFinding } from '../../probes/exchange';
import { graphqlRequest } from '../../probes/graphql-request';
import { type Burst, burst, inLimitRoom, openWith, tellsWhen } from '../../probes/limit-run';
import { type LimitInSources, limitInSources } from '../../probes/limit-sources';
import { limitVariables } from '../../probes/limit-variables';
import { isHousekeeping, isSignInLike, nameOf, pathParameterNames } from '../../probes/operation-shape';
import { plantService } from '../../probes/planted-service';
import { probeAnswer } from '../../probes/verdict';
import { readsService } from './reads';

const BOUNDS = { requests: 1500, ms: 3000 } as const;
/** Limit of an instance whose own one is too high to be reached. */
const LOWERED = 20;

/** Item 6: who asks too often is answered with 429 and told when to come again. */
export const RATE_LIMITING: GateChecker = {
  name: 'rate-limiting-probe',
  version: '1',
  subjects: ['rate-limiting'],
  scope: 'objective',
  reads: (path) => readsService(path),
  control: async () => {
    const answered = (status: number): ReturnType<typeof plantService> => plantService(() => ({ status }));
    const request = { method: 'GET', path: '/' };
    const never = await burst(answered(200), request, { requests: 50, ms: 1000 });
    const silent = await burst(answered(429), request, { requests: 50, ms: 1000 });
    return (
      judgeBurst(never, null, 'GET /', request)[0]?.key === 'no-limit' &&
      judgeBurst(silent, null, 'GET /', request)[0]?.key === 'no-hint'
    );
  },
  check: async (inspection) => {
    const first = await inLimitRoom(inspection, (conversation) => callOften(conversation));
    if (first === null) throw new CannotTell('the API has no operation that could be called again and again');
    const sources = await limitInSources(await inspection.files());
    const evidence = [
      { kind: 'measurement' as const, text: describe(first) },
      ...(sources === null ? [] : [sources.evidence]),
    ];
    const findings = judgeBurst(first.burst, sources, first.where, first.request);
    if (first.burst.refused !== null || findings[0]?.key === 'not-enforced') {
      return [
        probeAnswer(
          'rate-limiting',
          findings,
          `${first.where} is refused with 429 after ${first.burst.sent} requests, with the time to come again`,
          { evidence },
        ),
      ];
    }
    const lowered = await tryLowered(inspection);
    if (lowered !== null) {
      // A limiter that is in the sources and not in the way is not enforced.
      const after = judgeBurst(
        lowered.burst,
        sources === null ? null : { ...sources, amount: LOWERED },
        lowered.where,
        lowered.request,
      );
      const note = `${lowered.where} is refused with 429 after ${lowered.burst.sent} requests where the limit is lowered to ${LOWERED}`;
      return [
        probeAnswer('rate-limiting', after, note, {
          evidence: [...evidence, { kind: 'measurement', text: describe(lowered) }],
        }),
      ];
    }
    const note =
      first.burst.declared === null
        ? `${sources?.library ?? ''} is used; its limit was not reached by ${first.burst.sent} requests`
        : `the answers declare a limit of ${first.burst.declared} requests, too high to be reached`;
    return [probeAnswer('rate-limiting', findings, note, { evidence })];
  },
};

interface Tried {
  readonly where: string;
  readonly request: ProbeRequest;
  readonly burst: Burst;
}

async function callOften(conversation: Conversation): Promise<Tried | null> {
  const target = await targetOf(conversation);
  if (target === null) return null;
  return { ...target, burst: await burst(conversation.service, target.request, BOUNDS) };
}

/** With a limit that can be reached, where a variable sets it; null: none does, or the service does not start with it. */
async function tryLowered(inspection: Inspection): Promise<Tried | null> {
  const names = await limitVariables(inspection);
  if (names.length === 0) return null;
  try {
    const conversation = await openWith(
      inspection,
      Object.fromEntries(names.map((name) => [name, String(LOWERED)])),
    );
    const target = await targetOf(conversation);
    if (target === null) return null;
    const tried = {
      ...target,
      burst: await burst(conversation.service, target.request, { requests: LOWERED * 8, ms: BOUNDS.ms }),
    };
    await conversation.service.stop();
    return tried;
  } catch (error) {
    inspection.signal.throwIfAborted();
    if (error instanceof CannotTell) return null;
    throw error;
  }
}

/** A request that costs little and is not about being alive, which limits often leave out. */
async function targetOf(conversation: Conversation): Promise<Omit<Tried, 'burst'> | null> {
  if (conversation.schema !== null) {
    return { where: 'a GraphQL document', request: graphqlRequest(conversation, '{ __typename }') };
  }
  const usual = conversation.operations.filter((one) => !isHousekeeping(one) && !isSignInLike(one));
  const reads = usual.filter(({ method }) => method.toLowerCase() === 'get');
  const chosen =
    reads.find(({ path }) => pathParameterNames(path).length === 0) ??
    reads[0] ??
    usual[0] ??
    conversation.operations[0];
  if (chosen === undefined) return null;
  const request = await conversation.valid(chosen);
  return request === null ? null : { where: nameOf(chosen), request };
}

/** What a burst shows to be wrong. */
function judgeBurst(
  run: Burst,
  sources: LimitInSources | null,
  where: string,
  request: ProbeRequest,
): readonly ProbeFinding[] {
  const shown = (response: ProbeResponse | null): Exchange => ({
    operation: null,
    purpose: `${run.sent} times`,
    request,
    response,
    fault: null,
  });
  if (run.refused !== null) {
    return tellsWhen(run.refused)
      ? []
      : [
          {
            key: 'no-hint',
            text: `${where} is refused with 429 and not told when to come again: send Retry-After or RateLimit headers.`,
            exchange: shown(run.refused),
          },
        ];
  }
  const limit = run.declared ?? sources?.amount ?? null;
  // Some of the requests were still under way; a limit that is just met may be met a little later.
  if (limit !== null && run.sent > limit * 1.1 + 20) {
    return [
      {
        key: 'not-enforced',
        text: `${where} answers ${run.sent} requests in ${Math.round(run.ms)} ms, though its limit is ${limit}.`,
        exchange: shown(run.last),
      },
    ];
  }
  return limit !== null || sources !== null
    ? []
    : [
        {
          key: 'no-limit',
          text: `${where} answers ${run.sent} requests in ${Math.round(run.ms)} ms without a 429, and no rate limiter is in the sources.`,
          exchange: shown(run.last),
        },
      ];
}

const describe = ({ where, burst: run }: Tried): string =>
  `${where}: ${run.sent} requests in ${Math.round(run.ms)} ms, ${run.refused === null ? 'none refused' : 'then 429'}; declared limit: ${run.declared ?? 'none'}`;
