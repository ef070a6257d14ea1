import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
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

/** A real Temporal dev server for one test file, with the department's search attributes. */
export async function startTemporal(options: ServerOptions = {}): Promise<TestWorkflowEnvironment> {
  const environment = readEnvironment();
  const { cache } = resolveHome(environment);
  const path = await resolveTemporalBinary({ environment, cache });
  return TestWorkflowEnvironment.createLocal({
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
    ...(options.identity === undefined ? {} : { client: { identity: options.identity } }),
  });
}
