import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { SEARCH_ATTRIBUTES } from '../../src/domain/messages';
import { resolveTemporalBinary } from '../../src/temporal/binary';

/** A real Temporal dev server for one test file, with the department's search attributes. */
export async function startTemporal(): Promise<TestWorkflowEnvironment> {
  const environment = readEnvironment();
  const { cache } = resolveHome(environment);
  const path = await resolveTemporalBinary({ environment, cache });
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      searchAttributes: SEARCH_ATTRIBUTES.map(({ name, type }) =>
        defineSearchAttributeKey(name, SearchAttributeType[type]),
      ),
      extraArgs: [
        '--dynamic-config-value',
        'history.transferProcessorMaxPollRPS=100',
        '--dynamic-config-value',
        'system.enableActivityEagerExecution=true',
      ],
    },
  });
}
