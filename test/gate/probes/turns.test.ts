// Needs nothing: the services are in memory.
import { NO_SETTINGS, type GateSettings } from '../../../src/domain/quality-gate/gate-settings';
import { CannotTell, type GateChecker } from '../../../src/gate/checker';
import { BRUTE_FORCE } from '../../../src/gate/checkers/probes/brute-force';
import { NO_SENSITIVE_LOGS } from '../../../src/gate/checkers/probes/logs';
import { PLANTED_API } from '../../../src/gate/checkers/probes/planted-api';
import { RATE_LIMITING } from '../../../src/gate/checkers/probes/rate-limiting';
import { RESPONSE_CODES } from '../../../src/gate/checkers/probes/response-codes';
import type { RunningService, ServiceOptions } from '../../../src/gate/facts/service';
import type { Inspection } from '../../../src/gate/inspection';
import {
  converseWithPlanted,
  type PlantedAnswer,
  plantService,
} from '../../../src/gate/probes/planted-service';
import { inTurn } from '../../../src/gate/probes/turns';
import { SURVEY } from '../support';

const RUN = { cmd: ['x'], portEnv: 'PORT', health: null, readyTimeoutMs: 1, env: {}, requiredEnv: [] };

interface Bench {
  readonly inspection: Inspection;
  readonly started: ServiceOptions[];
}

/** An inspection of services in memory; `start` makes one instance. */
function inspect(
  start: (options: ServiceOptions) => RunningService,
  more: { files?: Record<string, string>; settings?: Partial<GateSettings> } = {},
): Bench {
  const files = more.files ?? {};
  const started: ServiceOptions[] = [];
  const { operations } = converseWithPlanted(PLANTED_API, () => ({ status: 200 }));
  const inspection = {
    settings: { ...NO_SETTINGS, run: RUN, ...more.settings },
    survey: SURVEY,
    signal: new AbortController().signal,
    api: () => Promise.resolve({ kind: 'openapi', document: PLANTED_API, operations }),
    files: () =>
      Promise.resolve({
        paths: Object.keys(files),
        blobs: new Map(),
        read: (path: string) => Promise.resolve(files[path] ?? null),
      }),
    startService: async (options: ServiceOptions) => {
      started.push(options);
      return start(options);
    },
    tests: () => Promise.reject(new CannotTell('there are none')),
  } as unknown as Inspection;
  return { inspection, started };
}

/** Answers 429 from so many requests on. */
const limited = (limit: number, headers: Record<string, string> = { 'retry-after': '9' }): RunningService => {
  let asked = 0;
  return plantService((): PlantedAnswer =>
    (asked += 1) > limit ? { status: 429, headers } : { status: 200, body: [] },
  );
};

const verdictOf = async (
  checker: GateChecker,
  { inspection }: Bench,
): Promise<{ kind: string; key: string | undefined }> => {
  const [answer] = await checker.check(inspection);
  const outcome = answer!.outcome;
  return { kind: outcome.kind, key: outcome.kind === 'ran-found' ? outcome.findings?.[0]?.key : undefined };
};

test('one instance is spoken to by one probe at a time, and replaced when it is worn or ended', async () => {
  const { inspection, started } = inspect(() => limited(2));
  const order: string[] = [];
  const turn = (name: string, requests: number): Promise<void> =>
    inTurn(inspection, async ({ send }) => {
      order.push(`${name} begins`);
      for (let index = 0; index < requests; index += 1) await send(null, name, { method: 'GET', path: '/' });
      order.push(`${name} ends`);
    });
  await Promise.all([turn('first', 1), turn('second', 5), turn('third', 1)]);
  expect(order).toEqual([
    'first begins',
    'first ends',
    'second begins',
    'second ends',
    'third begins',
    'third ends',
  ]);
  expect(started).toHaveLength(2);
});

test('a turn that fails does not keep the others from theirs', async () => {
  const { inspection } = inspect(() => limited(99));
  await expect(inTurn(inspection, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  await expect(inTurn(inspection, ({ service }) => Promise.resolve(service.argv))).resolves.toEqual([
    'planted',
  ]);
});

test('limits named by variables are raised for probes; a service that refuses the value is started without', async () => {
  const { inspection, started } = inspect(
    ({ env }) => {
      if (env?.['RATE_LIMIT_MAX'] !== undefined) throw new CannotTell('RATE_LIMIT_MAX is too high');
      return limited(9);
    },
    { files: { 'src/config.js': 'Number(process.env.RATE_LIMIT_MAX ?? 5); env.RATE_LIMIT_WINDOW_MS' } },
  );
  await inTurn(inspection, () => Promise.resolve());
  expect(started.map(({ env }) => env)).toEqual([{ RATE_LIMIT_MAX: '100000' }, undefined]);
});

test('a service that cannot be started is no failure of an item', async () => {
  const { inspection } = inspect(() => {
    throw new CannotTell('it does not start');
  });
  await expect(RESPONSE_CODES.check(inspection)).rejects.toThrow(CannotTell);
});

test('the request a service did not survive is named', async () => {
  let alive = true;
  const { inspection } = inspect(() => ({
    ...plantService(({ path }) => {
      if (path.includes('not~an~id')) alive = false;
      if (!alive) throw new Error('connection reset');
      return { status: 200, body: [] };
    }),
    isAlive: () => alive,
  }));
  const [answer] = await RESPONSE_CODES.check(inspection);
  expect(answer?.outcome).toMatchObject({ kind: 'ran-found' });
  expect(JSON.stringify(answer?.outcome)).toContain('ended:malformed id:GET /v1/things/{thingId}');
});

const EXPRESS = {
  'package.json': '{"dependencies":{"express-rate-limit":"8"}}',
  'src/app.js':
    "import { rateLimit } from 'express-rate-limit';\napp.use(rateLimit({ windowMs: 60_000, limit: config.max }));",
};

test.each<[string, Bench, { kind: string; key?: string }]>([
  ['a limit that is met and says when to come again', inspect(() => limited(50)), { kind: 'ran-clean' }],
  ['a limit that does not say when', inspect(() => limited(50, {})), { kind: 'ran-found', key: 'no-hint' }],
  ['no limit at all', inspect(() => limited(1e9)), { kind: 'ran-found', key: 'no-limit' }],
  [
    'a limiter in the sources whose limit is too high',
    inspect(() => limited(1e9), { files: EXPRESS }),
    { kind: 'ran-clean' },
  ],
  [
    'a limiter that is imported and not used',
    inspect(() => limited(1e9), {
      files: { ...EXPRESS, 'src/app.js': "import { rateLimit } from 'express-rate-limit';" },
    }),
    { kind: 'ran-found', key: 'no-limit' },
  ],
  [
    'a limiter whose amount is a literal and is not kept',
    inspect(() => limited(1e9), {
      files: { ...EXPRESS, 'src/app.js': 'app.use(rateLimit({ windowMs: 60_000, limit: 100 }));' },
    }),
    { kind: 'ran-found', key: 'not-enforced' },
  ],
  [
    'a limit that is met once a variable lowers it',
    inspect(({ env }) => limited(Number(env?.['RATE_LIMIT_MAX'] ?? 1e9)), {
      settings: { run: { ...RUN, env: { RATE_LIMIT_MAX: '90000' } } },
    }),
    { kind: 'ran-clean' },
  ],
  [
    'a limit that no variable lowers',
    inspect(() => limited(1e9), { settings: { run: { ...RUN, env: { RATE_LIMIT_MAX: '600' } } } }),
    { kind: 'ran-found', key: 'no-limit' },
  ],
])('rate limiting: %s', async (_name, bench, wanted) => {
  expect(await verdictOf(RATE_LIMITING, bench)).toMatchObject(wanted);
});

test('guessing goes on from one address until it is refused', async () => {
  const clients = new Set<number | undefined>();
  const bench = inspect(() => {
    const service = limited(10);
    return {
      ...service,
      request: (request) => {
        clients.add(request.client);
        return service
          .request(request)
          .then((response) => (response.status === 429 ? response : { ...response, status: 401 }));
      },
    };
  });
  expect(await verdictOf(BRUTE_FORCE, bench)).toEqual({ kind: 'ran-clean', key: undefined });
  expect([...clients]).toEqual([undefined]);
});

test('secrets are looked for where the tests give no output', async () => {
  const bench = inspect(() =>
    plantService(({ text, log }) => {
      log(text);
      return { status: 401, body: {} };
    }),
  );
  expect(await verdictOf(NO_SENSITIVE_LOGS, bench)).toEqual({ kind: 'ran-found', key: 'log:password' });
});
