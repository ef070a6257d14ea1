import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SentMessage } from '../../client/department-client';
import type { Environment } from '../../config/environment';
import { errorCodeOf } from '../../config/error-code';
import type { Home } from '../../config/home';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import { plain } from '../live/text';
import { checkPlanFile, type CheckedFile } from './check-plan-file';
import { findEditor, runEditor } from './editor';
import type { PlanAtHand } from './plan-at-hand';
import { MOST_BYTES, TOO_LARGE, type FileError } from './read-plan-file';
import { readSome } from './read-some';
import { sendEdit, type PlanDesk } from './send-edit';
import { writePlanFile } from './write-plan-file';

export interface EditorDesk extends PlanDesk {
  readonly environment: Pick<Environment, 'editor' | 'inherited' | 'path'>;
  readonly home: Pick<Home, 'home'>;
  /** Ends the editor, and the edit with it. */
  readonly signal: AbortSignal;
  /** Whether to open the editor again on a refused file; null: nobody can be asked. */
  readonly again: (() => Promise<boolean>) | null;
}

/** An editor with a window of its own may be back before anybody has typed anything. */
const UNCHANGED =
  'The file was not changed, so nothing was changed. An editor that opens a window has to wait for it, such as code --wait.';

/** Lines of ours at the top of a refused file begin so. */
const MARK = '#!';

/**
 * Has a person edit the plan in an editor, checks the file and sends it. The file is the owner's alone, and is kept
 * where something went wrong.
 * @returns what came of it; null: nothing was changed, as was said
 * @throws UserError telling what is wrong and where the file is
 */
export async function editInEditor(
  desk: EditorDesk,
  at: PlanAtHand,
  comment: string | undefined,
): Promise<SentMessage | null> {
  const editor = await findEditor(desk.environment);
  await mkdir(desk.home.home, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(desk.home.home, 'plan-edit-'));
  const path = join(folder, 'plan.yaml');
  const original = writePlanFile(at);
  await writeFile(path, original, { mode: 0o600, flag: 'wx' });
  const keep = (why: string, cause?: unknown): UserError =>
    new ConfigurationError(`${why} Nothing was changed; what you wrote is in ${path}.`, { cause });
  const isOver = (): boolean => desk.signal.aborted;
  for (;;) {
    const wasOver = isOver();
    const trouble = await runEditor(editor, path, desk.environment, desk.signal);
    const text = await readBack(path);
    const unchanged = text?.toString('utf8') === original;
    // A window of the editor's own may still be open, and write there; or it kept elsewhere what was not saved.
    if (isOver() && !wasOver) {
      const kept = unchanged ? `what it may keep belongs in ${folder}` : `what you wrote is in ${path}`;
      throw new UserError(
        `The editor was ended with the command that opened it. Nothing was changed; ${kept}.`,
        'interrupted',
      );
    }
    if (unchanged) {
      await rm(folder, { recursive: true });
      if (trouble !== null) {
        const exit = isOver() ? 'interrupted' : 'bad-input';
        throw new UserError(`${plain(trouble)}; nothing was changed.`, exit);
      }
      desk.say(UNCHANGED);
      return null;
    }
    if (trouble !== null) throw keep(`${plain(trouble)}.`);
    if ((text?.length ?? 0) > MOST_BYTES) throw keep(`The file is too large: ${TOO_LARGE.text}.`);
    const checked: CheckedFile =
      text === null ? { kind: 'nothing', why: 'The file is gone' } : checkPlanFile(text, at);
    switch (checked.kind) {
      case 'nothing':
        await rm(folder, { recursive: true, force: true });
        desk.say(`${checked.why}, so nothing was changed.`);
        return null;
      case 'wrong':
        for (const error of checked.errors) desk.say(`  ${path}:${String(error.line)}: ${plain(error.text)}`);
        if (!(await editAgain(desk, (cause) => keep(summary(checked.errors), cause))))
          throw keep(summary(checked.errors));
        await writeFile(path, withErrors(text?.toString('utf8') ?? '', checked.errors));
        break;
      case 'changed':
        try {
          const sent = await sendEdit(desk, at, {
            plan: checked.plan,
            ...(comment === undefined ? {} : { comment }),
          });
          await rm(folder, { recursive: true, force: true });
          return sent;
        } catch (error) {
          if (error instanceof UserError) throw keep(error.message, error);
          desk.say(`What you wrote is in ${path}.`);
          throw error;
        }
    }
  }
}

/** `The plan is refused at line 12: … (2 more places).` */
export function summary(errors: readonly FileError[]): string {
  const [first] = errors;
  if (first === undefined) return 'The plan is refused.';
  const more = errors.length === 1 ? '' : ` (and ${String(errors.length - 1)} more)`;
  return `The plan is refused at line ${String(first.line)}: ${plain(first.text).replace(/\.$/, '')}${more}.`;
}

/** The file with what is wrong at its top; lines are told as they are below that. */
export function withErrors(text: string, errors: readonly FileError[]): string {
  const lines = text.split('\n');
  const old = lines.findIndex((line) => !line.startsWith(MARK));
  const body = lines.slice(Math.max(0, old));
  const head = errors.length + 1;
  const shift = head - Math.max(0, old);
  return [
    `${MARK} The plan was refused. Correct it, or empty the file to change nothing.`,
    ...errors.map(
      ({ line, text: why }) => `${MARK} line ${String(Math.max(head + 1, line + shift))}: ${plain(why)}`,
    ),
    ...body,
  ].join('\n');
}

/** @throws UserError where nobody could be asked: Ctrl-C at the question must not lose sight of the file */
async function editAgain({ again }: EditorDesk, keep: (cause: unknown) => UserError): Promise<boolean> {
  try {
    return (await again?.()) ?? false;
  } catch (error) {
    throw keep(error);
  }
}

/** As much of it as tells that it is too large for a plan; null: it is gone. */
async function readBack(path: string): Promise<Buffer | null> {
  try {
    return await readSome(path);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
