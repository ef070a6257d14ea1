import { join } from 'node:path';
import { packageRoot } from '../../config/package-root';
import type { Survey } from '../../domain/target/survey';

/** How the processes of a test run are told to record the requests they answer. */
export interface Recorder {
  readonly env: Readonly<Record<string, string>>;
  /** Folders the processes have to be able to read. */
  readonly readOnly: readonly string[];
}

/**
 * The recorder of a stack, or null where there is none; it writes into `folder`. `inherited` is the environment it is
 * added to.
 */
export function recorderFor(
  stack: Survey['stack'],
  folder: string,
  inherited: Readonly<Record<string, string>>,
  hasGraphql: boolean,
): Recorder | null {
  const recorders = join(packageRoot(), 'recorders');
  const shared = { COORDINATOR_RECORD_DIR: folder };
  switch (stack) {
    case 'node':
      return {
        env: {
          ...shared,
          NODE_OPTIONS: joined(
            [inherited['NODE_OPTIONS'], `--require ${JSON.stringify(join(recorders, 'node/requests.js'))}`],
            ' ',
          ),
          // Loading it costs every process some 50 ms.
          ...(hasGraphql ? { COORDINATOR_RECORD_GRAPHQL: '1' } : {}),
        },
        readOnly: [recorders],
      };
    case 'python':
      return {
        env: {
          ...shared,
          PYTHONPATH: joined([join(recorders, 'python'), inherited['PYTHONPATH']], ':'),
        },
        readOnly: [recorders],
      };
    case 'java':
    case 'unknown':
      return null;
  }
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}
