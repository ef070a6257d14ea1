import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { askingAgain } from '../../src/client/ask-again';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { SEARCH_ATTRIBUTES } from '../../src/domain/objective/messages';
import { resolveTemporalBinary } from '../../src/temporal/binary';

const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': '100',
  'system.enableActivityEagerExecution': 'true',
} as const;

export interface ServerOptions {
  /** Further dynamic configuration of the server, by key. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
  /** How the client names itself in histories; the SDK's default tells process and host. */
  readonly identity?: string;
}

const ANSWER_WITHIN_MS = 60_000;

/**
 * A real Temporal dev server for one test file, with the department's search attributes. Its client asks again, as the
 * product does, what a worker or the server loses.
 */
export async function startTemporal(options: ServerOptions = {}): Promise<TestWorkflowEnvironment> {
  const environment = readEnvironment();
  const { cache } = resolveHome(environment);
  const path = await resolveTemporalBinary({ environment, cache });
  const asks = new Set<Promise<unknown>>();
  const server: TestWorkflowEnvironment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      searchAttributes: SEARCH_ATTRIBUTES.map(({ name, type }) =>
        defineSearchAttributeKey(name, SearchAttributeType[type]),
      ),
      extraArgs: Object.entries({ ...DYNAMIC_CONFIG, ...options.dynamicConfig }).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${value}`,
      ]),
    },
    client: {
      ...(options.identity === undefined ? {} : { identity: options.identity }),
      interceptors: {
        workflow: [
          askingAgain(() => server.connection, asks),
          {
            query: (input, next) =>
              server.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => next(input)),
          },
        ],
      },
    },
  });
  const teardown = server.teardown.bind(server);
  server.teardown = async () => {
    await Promise.allSettled(asks);
    await teardown();
  };
  return server;
}
