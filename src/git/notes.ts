import { setTimeout as sleep } from 'node:timers/promises';
import type { RepositorySource } from '../domain/objective/objective';
import { mergeNotes, NOTES_REF, ReceiptNote, toReceiptNote } from '../domain/quality-gate/receipt-note';
import type { ReceiptNotes } from '../ports/receipt-notes';
import { redactSecrets } from '../process/redact';
import { RepositoryError } from './errors';
import { exclusively } from './exclusively';
import { type GitCall, gitFailed } from './git-command';
import { findObjective } from './mirror';
import { findTarget } from './target';
import type { Tools } from './tools';

const NOTE_BYTES = 1024 * 1024;
const TRIES = 5;

/** Notes by plain git: no hook, no checkout and no branch takes part. */
export function createReceiptNotes(
  { git, layout }: Pick<Tools, 'git' | 'layout'>,
  product: string,
): ReceiptNotes {
  const placeOf = async (
    objectiveId: string,
    source: RepositorySource,
  ): Promise<{ readonly repository: string; readonly where: Pick<GitCall, 'cwd' | 'gitDir'> }> => {
    if (source.kind === 'url') {
      const { mirror } = await findObjective(layout, objectiveId);
      return { repository: mirror, where: { cwd: mirror, gitDir: mirror } };
    }
    const path = source.kind === 'sample' ? layout.sample(objectiveId) : source.path;
    const { commonDir } = await findTarget(git, path);
    return { repository: path, where: { cwd: path, gitDir: commonDir } };
  };

  const readAt = async (
    where: Pick<GitCall, 'cwd' | 'gitDir'>,
    commit: string,
  ): Promise<ReceiptNote | null> => {
    const args = ['notes', `--ref=${NOTES_REF}`, 'show', commit];
    const run = await git.run({ ...where, args, maxOutputBytes: NOTE_BYTES });
    if (run.code !== 0 || run.stdoutBytes > NOTE_BYTES) return null;
    const parsed = ReceiptNote.safeParse(parseJson(run.stdout));
    return parsed.success ? parsed.data : null;
  };

  return {
    async write({ objectiveId, source, commit, report }) {
      const note = toReceiptNote({ report, product, redact: redactSecrets });
      if (note === null) return null;
      const { repository, where } = await placeOf(objectiveId, source);
      return exclusively(repository, async () => {
        const text = `${JSON.stringify(mergeNotes(note, await readAt(where, commit)))}\n`;
        const call: GitCall = {
          ...where,
          args: ['notes', `--ref=${NOTES_REF}`, 'add', '--force', '--file=-', commit],
          stdin: text,
        };
        // Somebody else may be writing a note on another commit.
        for (let attempt = 1; ; attempt += 1) {
          const run = await git.run(call);
          if (run.code === 0) return { repository, ref: NOTES_REF };
          if (/Permission denied|Read-only file system|insufficient permission/i.test(run.stderr)) {
            throw new RepositoryError(
              'not-writable',
              `The receipts cannot be written into ${repository}; make it writable, or leave out --write-notes.`,
            );
          }
          if (attempt >= TRIES || !/cannot lock ref|unable to lock/i.test(run.stderr))
            throw gitFailed(call, run);
          await sleep(100 * attempt);
        }
      });
    },
    async read({ objectiveId, source, commit }) {
      const { where } = await placeOf(objectiveId, source);
      return readAt(where, commit);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
