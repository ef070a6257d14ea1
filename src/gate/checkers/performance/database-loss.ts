import { isRecord } from '../../../domain/contract/openapi-document';
import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import { NoAnswer, type ProbeRequest, type ProbeResponse, type RunningService } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { exchangeEvidence } from '../../probes/exchange';
import { isJsonType, parseJson, rowsIn } from '../../probes/operation-shape';
import { withFindings } from './answers';
import { findOccasions, type Occasion } from './occasions';

/** Long enough for a pool that waits for a connection, and short enough for whoever waits for the answer. */
const LONGEST_ANSWER_MS = 12_000;
const RECOVERY_MS = 8_000;
const POLL_MS = 100;
const MOST_OPERATIONS = 12;
const SETTLE_MS = 150;
/** As long as a busy machine may take to tell that a process is gone. */
const GONE_MS = 2_000;
const GONE_POLL_MS = 20;

/** What an operation answered while the database was away. */
interface Loss {
  readonly name: string;
  readonly request: ProbeRequest;
  readonly before: ProbeResponse;
  /** Null: no answer in time, or none at all. */
  readonly during: ProbeResponse | null;
  readonly fault: string | null;
}

/**
 * Item 10 at run time: the database goes away under a running instance. What needs it has to fail as failures are told
 * here, in bounded time; the process stays, and works again when the database is back.
 */
export const survivesDatabaseLoss: GateChecker = {
  name: 'database-loss',
  version: '2',
  subjects: ['error-handling'],
  scope: 'objective',
  reads: (path) => !/\.md$|(?:^|\/)(?:docs?|tests?|__tests__)\//.test(path),
  control: () => lossFindings([PLANTED], 'problem').length === 1,
  check: async (inspection) => [await check(inspection)],
};

const PLANTED: Loss = {
  name: 'GET /v1/things',
  request: { method: 'GET', path: '/v1/things' },
  before: { status: 200, headers: {}, body: '{"items":[1]}', ms: 1 },
  during: { status: 200, headers: {}, body: '{"items":[]}', ms: 1 },
  fault: null,
};

async function check(inspection: Inspection): Promise<Answer> {
  const { settings, survey } = inspection;
  if (settings.database === null && survey.database === 'none') {
    throw new DoesNotApply('no-database', 'the service has no database that could go away');
  }
  const service = await inspection.startService({ seed: true, interruptible: true });
  try {
    if (service.database === null) {
      throw new CannotTell('the service runs without a database of the checks, so none can be taken away');
    }
    return await takeAway(inspection, service);
  } finally {
    await service.stop();
  }
}

async function takeAway(inspection: Inspection, service: RunningService): Promise<Answer> {
  const { all, left } = await findOccasions(inspection, service);
  const asked = all.filter(({ repeatable }) => repeatable).slice(0, MOST_OPERATIONS);
  if (asked.length === 0) throw new CannotTell(`no operation could be asked: ${left.slice(0, 5).join(', ')}`);
  const shape = shapeOf(await service.request({ method: 'GET', path: '/no-such-path-5f0c' }));
  await service.setDatabaseReachable(false);
  // A pool hears of its lost connections, or dies of them.
  await pause(SETTLE_MS);
  const losses = await Promise.all(asked.map((occasion) => ask(service, occasion)));
  // A connection breaks before its process is known to be gone.
  const survived = losses.some(({ during }) => during === null)
    ? await staysAlive(service)
    : service.isAlive();
  const needy = losses.filter(({ during }) => during === null || during.status >= 500);
  await service.setDatabaseReachable(true);
  const recovered = survived && (await recovers(service, needy[0]?.request ?? losses[0]?.request));
  const findings: GateFinding[] = survived
    ? [
        ...lossFindings(losses, shape),
        ...(recovered
          ? []
          : [
              {
                key: 'never-recovers',
                text: `${needy[0]?.name ?? 'The service'} does not work again after the database is back`,
              },
            ]),
      ]
    : [{ key: 'dies-with-database', text: 'The process ends when its database goes away' }];
  if (findings.length === 0 && needy.length === 0) {
    throw new DoesNotApply(
      'no-operation-needs-database',
      'no operation that could be asked needs the database',
    );
  }
  return {
    subject: 'error-handling',
    outcome: withFindings(
      findings,
      `${String(needy.length)} of ${String(losses.length)} operations answer 5xx in the service's error shape while the database is away; the process stays and recovers`,
    ),
    evidence: evidenceOf(losses),
  };
}

async function ask(service: RunningService, { name, requests, response: before }: Occasion): Promise<Loss> {
  const request: ProbeRequest = {
    ...(requests[0] ?? { method: 'GET', path: '/' }),
    timeoutMs: LONGEST_ANSWER_MS,
  };
  try {
    return { name, request, before, during: await service.request(request), fault: null };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { name, request, before, during: null, fault: error.message };
  }
}

async function staysAlive(service: RunningService): Promise<boolean> {
  const deadline = performance.now() + GONE_MS;
  while (service.isAlive() && performance.now() < deadline) await pause(GONE_POLL_MS);
  return service.isAlive();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function recovers(service: RunningService, request: ProbeRequest | undefined): Promise<boolean> {
  if (request === undefined) return true;
  const deadline = performance.now() + RECOVERY_MS;
  while (performance.now() < deadline) {
    try {
      const { status } = await service.request(request);
      if (status < 500) return true;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    if (!service.isAlive()) return false;
    await pause(POLL_MS);
  }
  return false;
}

/** What was answered wrongly. `shape`: how the service's errors look, `null` where that is not known. */
function lossFindings(losses: readonly Loss[], shape: string | null): GateFinding[] {
  return losses.flatMap(({ name, before, during, fault }): GateFinding[] => {
    if (during === null) {
      return [
        {
          key: `no-answer:${name}`,
          text: `${name} is not answered while the database is away: ${fault ?? 'no answer'}`,
        },
      ];
    }
    if (during.status < 400) {
      // An answer that needs no database is no fault; one that has lost its rows hides one.
      return (rowsOf(before) ?? 0) > 0 && rowsOf(during) === 0
        ? [
            {
              key: `hides-loss:${name}`,
              text: `${name} answers ${String(during.status)} with an empty list while the database is away`,
            },
          ]
        : [];
    }
    if (during.status < 500) {
      return [
        {
          key: `blames-caller:${name}`,
          text: `${name} answers ${String(during.status)} while the database is away, as if the caller were at fault`,
        },
      ];
    }
    const found = shapeOf(during);
    return shape === null || found === shape
      ? []
      : [
          {
            key: `other-shape:${name}`,
            text: `${name} fails with ${found ?? 'no JSON'}, while other errors are ${shape}`,
          },
        ];
  });
}

function rowsOf({ body }: ProbeResponse): number | null {
  return rowsIn(parseJson(body))?.length ?? null;
}

const OPTIONAL =
  /^(?:errors|details?|instance|requestid|request_id|traceid|trace_id|path|timestamp|stack|issues|fields|violations|hint|retryafter)$/i;

/** The kind of document an error is told in and the names in it that all errors share; null for what is no JSON. */
function shapeOf({ headers, body }: Pick<ProbeResponse, 'headers' | 'body'>): string | null {
  const type = headers['content-type'] ?? '';
  const document = parseJson(body);
  if (!isJsonType(type) || !isRecord(document)) return null;
  if (/^application\/problem\+json/i.test(type)) return 'problem';
  const inner = Object.values(document).filter(isRecord);
  const names = Object.keys(document).filter((name) => !OPTIONAL.test(name));
  const nested =
    names.length === 1 && inner[0] !== undefined
      ? Object.keys(inner[0]).filter((name) => !OPTIONAL.test(name))
      : [];
  return `JSON with ${[...names, ...nested].sort().join(', ')}`;
}

function evidenceOf(losses: readonly Loss[]): Evidence[] {
  return losses
    .filter(({ during }) => during === null || during.status >= 400)
    .slice(0, 4)
    .map(({ request, during, fault }) =>
      exchangeEvidence({
        operation: null,
        purpose: 'the database is away',
        request,
        response: during,
        fault,
      }),
    );
}
