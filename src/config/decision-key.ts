import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../domain/common/user-error';
import type { Environment } from './environment';
import { errorCodeOf } from './error-code';
import { ensureHome, type Home } from './home';

/** The key that vouches for people: whoever has it can decide as anybody. */
export const decisionKeyPath = ({ home }: Pick<Home, 'home'>): string => join(home, 'decision-key');

/**
 * The installation's decision key: COORDINATOR_DECISION_KEY, else the file of the home, which is made once and is its
 * owner's alone.
 * @throws ConfigurationError where the file cannot be used, or others may read it
 */
export async function readDecisionKey(
  environment: Pick<Environment, 'decisionKey'>,
  home: Pick<Home, 'home'>,
): Promise<string> {
  if (environment.decisionKey !== undefined) return environment.decisionKey;
  const path = decisionKeyPath(home);
  try {
    return await readKey(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw inWords(error, path);
  }
  try {
    await ensureHome(home);
    await makeKey(path);
    return await readKey(path);
  } catch (error) {
    throw inWords(error, path);
  }
}

async function readKey(path: string): Promise<string> {
  const found = await stat(path);
  if (!found.isFile())
    throw new ConfigurationError(`${path} is no file; the decision key belongs there, so move it away.`);
  if ((found.mode & 0o077) !== 0)
    throw new ConfigurationError(`${path} can be read by others; make it yours alone with chmod 600.`);
  const key = (await readFile(path, 'utf8')).trim();
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw new ConfigurationError(
    `${path} holds no key: copy it from where decisions are made, or remove it, and a new one is made; then start every worker anew.`,
  );
}

/** What the system refuses, in words; the rest as it is. */
function inWords(error: unknown, path: string): unknown {
  const code = errorCodeOf(error);
  if (code === 'EACCES' || code === 'EPERM')
    return new ConfigurationError(
      `${path} belongs to somebody else; run as its owner, or set COORDINATOR_DECISION_KEY.`,
      {
        cause: error,
      },
    );
  if (code === 'EROFS' || code === 'ENOSPC')
    return new ConfigurationError(
      `${path} cannot be written (${code}): make room there, or set COORDINATOR_DECISION_KEY.`,
      { cause: error },
    );
  return error;
}

/** The file appears complete or not at all, and whoever made it first made it for all. */
async function makeKey(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: unknown) => {
      if (errorCodeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}
