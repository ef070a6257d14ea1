import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { errorCodeOf } from '../../config/error-code';
import type { ModelChoice } from '../../domain/objective/objective';
import { ConfigurationError } from '../../domain/common/user-error';
import type { RunRecording, Target } from '../services';

/** A folder's name that can be a playbook's. */
const PLAYBOOK_NAME = /^[a-z][a-z0-9-]{0,60}$/;

/**
 * What `--record` means for a run; null without it.
 * @throws ConfigurationError where nothing sensible could be recorded
 */
export async function planRecording(request: {
  readonly dir: string | undefined;
  readonly cwd: string;
  readonly detach: boolean;
  readonly model: ModelChoice;
  readonly objective: string;
  readonly target: Pick<Target, 'sample' | 'identity'>;
}): Promise<RunRecording | null> {
  if (request.dir === undefined) return null;
  const { model, objective, target } = request;
  if (request.detach) {
    throw new ConfigurationError(
      '--record needs the worker of this very command, and --detach leaves the work to another; use one of them.',
    );
  }
  if (model.kind === 'offline') {
    throw new ConfigurationError(
      '--record keeps what Claude, or another model behind ANTHROPIC_BASE_URL, answers; the offline model has its playbook already.',
    );
  }
  const dir = resolve(request.cwd, request.dir);
  const name = basename(dir);
  if (!PLAYBOOK_NAME.test(name)) {
    throw new ConfigurationError(
      `--record: the folder's name becomes the playbook's, and "${name}" is not lower-case kebab-case; choose another.`,
    );
  }
  await refuseContent(dir);
  return { dir, name, objective, sample: target.sample ?? sampleName(target.identity) };
}

async function refuseContent(dir: string): Promise<void> {
  let content: readonly string[];
  try {
    content = await readdir(dir);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return;
    throw new ConfigurationError(`--record: the folder ${dir} cannot be read; choose another.`, {
      cause: error,
    });
  }
  if (content.length > 0) {
    throw new ConfigurationError(`--record: the folder ${dir} is not empty; choose a new one.`);
  }
}

/** The repository's own name as that of the sample that could be made of it. */
function sampleName(identity: string): string {
  const last =
    identity
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .findLast((part) => part !== '') ?? '';
  const name = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return name === '' ? 'sample' : name;
}
