import { readFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../../domain/common/user-error';
import type { SurveyedTarget, Target } from '../services';

/** Repository identity -> the hash that was trusted last. */
const TrustFile = z.record(z.string(), z.string());

/** What the user trusted before, kept in the home folder. */
export interface TrustStore {
  trusted(identity: string): Promise<string | null>;
  remember(identity: string, hash: string): Promise<void>;
}

export function createTrustStore(home: string): TrustStore {
  const file = join(home, 'trust.json');
  const read = async (): Promise<Record<string, string>> => {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    try {
      return TrustFile.parse(JSON.parse(text));
    } catch {
      // A damaged file trusts nothing.
      return {};
    }
  };
  return {
    trusted: async (identity) => (await read())[identity] ?? null,
    remember: async (identity, hash) => {
      const entries = { ...(await read()), [identity]: hash };
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const draft = `${file}.${String(process.pid)}`;
      await writeFile(draft, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
      await rename(draft, file);
    },
  };
}

/** Shortest part of the hash that counts as the hash. */
const SHORTEST_HASH = 12;

/**
 * Makes sure the user agreed to run this repository's commands. The bundled sample needs no asking.
 * @throws ConfigurationError when nobody can be asked and no fitting `--trust` was given, or the answer is no.
 */
export async function ensureTrust(request: {
  readonly target: Pick<Target, 'identity' | 'sample'>;
  readonly surveyed: Pick<SurveyedTarget, 'trustHash' | 'commands' | 'roles'>;
  readonly given: string | undefined;
  readonly store: TrustStore;
  readonly say: (line: string) => void;
  /** null: nobody is there to be asked. */
  readonly confirm: ((message: string) => Promise<boolean>) | null;
}): Promise<void> {
  const { target, surveyed, given, store } = request;
  if (target.sample !== null) return;
  const hash = surveyed.trustHash;
  if (given !== undefined) {
    if (given.length < SHORTEST_HASH || !hash.startsWith(given.toLowerCase())) {
      throw new ConfigurationError(
        `--trust ${given} does not fit: the commands, the configuration or the roles of this repository have the hash ${hash}; read them with \`survey\` and give that one.`,
      );
    }
    await store.remember(target.identity, hash);
    return;
  }
  if ((await store.trusted(target.identity)) === hash) return;
  request.say('These commands of the repository will be run on this machine:');
  request.say(surveyed.commands);
  if (surveyed.roles.length > 0) {
    request.say('These roles of the repository will be given to the model:');
    for (const role of surveyed.roles) request.say(role);
  }
  request.say(`Their hash: ${hash}`);
  if (request.confirm === null) {
    throw new ConfigurationError(
      `This repository is not trusted yet; read what stands above and add --trust ${hash} if it may.`,
    );
  }
  if (!(await request.confirm('Do you trust this repository with that?'))) {
    throw new ConfigurationError('Nothing was started, because the repository is not trusted.');
  }
  await store.remember(target.identity, hash);
}
