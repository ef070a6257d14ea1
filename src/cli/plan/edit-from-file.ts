import { resolve } from 'node:path';
import type { SentMessage } from '../../client/department-client';
import { errorCodeOf } from '../../config/error-code';
import { ConfigurationError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { plain } from '../live/text';
import { checkPlanFile } from './check-plan-file';
import { summary } from './edit-in-editor';
import { readPlan, type PlanAtHand } from './plan-at-hand';
import { MOST_BYTES, readPlanFile } from './read-plan-file';
import { readSome } from './read-some';
import { sendEdit, tellMeanwhile, type PlanDesk } from './send-edit';

/**
 * Reads a whole plan from a file, or from standard input for `-`, and no more of it than a plan may have.
 * @throws ConfigurationError where it cannot be read
 */
export async function readGiven(
  { cwd, terminal }: Pick<CommandContext, 'cwd' | 'terminal'>,
  file: string,
): Promise<Buffer> {
  if (file === '-') {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of terminal.streams.stdin) {
      const bytes = Buffer.from(chunk as string | Uint8Array);
      chunks.push(bytes);
      size += bytes.length;
      if (size > MOST_BYTES) break;
    }
    return Buffer.concat(chunks);
  }
  try {
    return await readSome(resolve(cwd, file));
  } catch (error) {
    throw new ConfigurationError(
      `${file} cannot be read (${String(errorCodeOf(error))}); name a readable file.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Sends the plan of a file. One that says which version it is a copy of is refused where that is not the newest.
 * @returns what came of it; null: nothing was changed, as was said
 */
export async function editFromFile(
  desk: PlanDesk,
  at: PlanAtHand,
  given: { readonly file: string; readonly bytes: Uint8Array; readonly comment: string | undefined },
): Promise<SentMessage | null> {
  const name = given.file === '-' ? 'standard input' : given.file;
  const read = readPlanFile(given.bytes);
  if (read.kind === 'read') await refuseOutdated(desk, at, name, read.file);
  const checked = checkPlanFile(given.bytes, at);
  switch (checked.kind) {
    case 'nothing':
      desk.say(`${checked.why}, so nothing was changed.`);
      return null;
    case 'wrong':
      for (const error of checked.errors) desk.say(`  ${name}:${String(error.line)}: ${plain(error.text)}`);
      throw new ConfigurationError(
        `${summary(checked.errors)} Nothing was changed; correct ${name} and send it again.`,
      );
    case 'changed':
      return sendEdit(desk, at, {
        plan: checked.plan,
        ...(given.comment === undefined ? {} : { comment: given.comment }),
      });
  }
}

/** After a rewind there may be a plan of the same version that is another one: its reference tells. */
async function refuseOutdated(
  desk: PlanDesk,
  at: PlanAtHand,
  name: string,
  { version, ref }: { readonly version: number | null; readonly ref: string | null },
): Promise<void> {
  if ((version ?? at.version) === at.version && (ref ?? at.ref) === at.ref) return;
  const base = ref === null ? null : await readPlan(desk.blobs, ref);
  if (base !== null) await tellMeanwhile(desk, { ...at, version: version ?? at.version, plan: base, ref });
  const copied =
    version === null || version === at.version ? 'of another plan' : `of version ${String(version)}`;
  throw new ConfigurationError(
    `The plan is at version ${String(at.version)}, and ${name} is a copy ${copied}; get the newest with plan ${at.objectiveId} --yaml and edit that.`,
  );
}
