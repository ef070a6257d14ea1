import type { Receipt } from '../domain/quality-gate/receipt';
import { folderOf, surveyOfService } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import type { CheckTarget } from '../ports/gate';
import { BootstrapRefused } from './bootstrap-refused';
import type { GateChecker } from './checker';
import { CouldNotRun } from './could-not-run';
import type { GateSetting } from './gate-runner';
import { type Circumstances, digestInputs, listEntries } from './inputs';
import { type OpenedInspection, openInspection } from './open-inspection';
import type { Quiet } from './quiet';
import { type Answers, ask, everySubject } from './run-checker';
import { findServiceFolder } from './service-folder';
import { TimeOver, timeOverWithin } from './time-limit';
import { toReceipt } from './to-receipt';

/** How long an answer stands that may be another one later: asking again at once would only take its time again. */
const OPEN_ANSWER_MS = 10 * 60_000;

/** What a checker said; `final: false` where it was stopped or broke, which says nothing of the tree. */
interface Examined {
  readonly receipts: readonly Receipt[];
  readonly final: boolean;
}

/** A tree that checkers are asked about; it is opened only when one has to run. */
export interface Examination {
  receipts(checker: GateChecker): Promise<Examined>;
  dispose(): Promise<void>;
}

/** Where the tree is: at hand, or to be checked out when needed. */
export interface Place extends Omit<CheckTarget, 'path'> {
  open(): Promise<{ readonly path: string; dispose(): Promise<void> }>;
}

/** Examines one tree: from receipts where the inputs of a checker are the same, else by running it. */
export function createExamination(
  setting: GateSetting,
  quiet: Quiet,
  request: {
    readonly place: Place;
    readonly survey: Survey;
    readonly engines: string;
    readonly scope: 'task' | 'objective';
    readonly own: string;
    readonly signal: AbortSignal;
  },
): Examination {
  const { place, engines, own, signal } = request;
  const folder = folderOf(request.survey);
  const survey = surveyOfService(request.survey);
  const sandbox = setting.sandbox.level;
  const circumstances: Circumstances = { target: place, survey, folder, engines, sandbox, own };
  const entries = listEntries(place.gitDir, place.tree, folder, signal);
  entries.catch(() => undefined);
  let opened: Promise<OpenedInspection> | undefined;
  const open = async (): Promise<OpenedInspection> => {
    const checkout = await place.open();
    await findServiceFolder(checkout.path, folder).catch(async (error: unknown) => {
      await checkout.dispose();
      throw error;
    });
    const opening = openInspection(setting, {
      target: { ...place, path: checkout.path },
      survey: request.survey,
      signal,
      scope: request.scope,
    });
    return {
      ...opening,
      dispose: async () => {
        await opening.dispose();
        await checkout.dispose();
      },
    };
  };
  const askWithin = async (checker: GateChecker): Promise<Answers> => {
    try {
      opened ??= open();
      const { inspection } = await opened;
      return await timeOverWithin(signal, ask(checker, inspection));
    } catch (error) {
      const reason = excuseFor(error, setting);
      if (reason === null) throw error;
      return { answers: everySubject(checker, { kind: 'could-not-run', reason }), final: false };
    }
  };

  return {
    async receipts(checker) {
      const inputs = digestInputs(checker, await entries, circumstances);
      const kept = await setting.receipts.find(checker.name, inputs);
      if (kept !== null && isGood(checker, kept, setting.clock())) {
        return { receipts: kept.map((receipt) => ({ ...receipt, tree: place.tree })), final: true };
      }
      const examine = async (): Promise<Examined> => {
        const startedAt = setting.clock();
        const start = performance.now();
        const { answers, final } = await askWithin(checker);
        const durationMs = performance.now() - start;
        const frame = { tree: place.tree, startedAt, durationMs, sandbox, inputs, folder };
        const receipts = answers.map((answer) => toReceipt(checker, answer, frame));
        if (final && receipts.every(isRepeatable)) {
          await setting.receipts.keep(checker.name, inputs, receipts);
        }
        return { receipts, final };
      };
      return checker.alone === true ? quiet.alone(examine) : quiet.together(examine);
    },
    async dispose() {
      const current = await opened?.catch(() => undefined);
      await current?.dispose();
    },
  };
}

/** Why nothing could be told, where that is an answer and no error. */
function excuseFor(error: unknown, { troubles }: GateSetting): string | null {
  if (error instanceof TimeOver || error instanceof BootstrapRefused) return error.message;
  return error instanceof CouldNotRun && troubles === 'needs-review' ? error.message : null;
}

/** What could not be told on that day may be told now, and a measured failure may have been the machine's. */
function isGood({ alone }: GateChecker, receipts: readonly Receipt[], now: Date): boolean {
  return receipts.every(
    ({ verdict, startedAt }) =>
      !(verdict === 'needs-review' || (alone === true && verdict === 'fail')) ||
      now.getTime() - Date.parse(startedAt) < OPEN_ANSWER_MS,
  );
}

/** A run that was stopped may end the next time. */
function isRepeatable({ checker }: Receipt): boolean {
  if (checker.kind === 'tool' && checker.exitCode === null) return false;
  // A registry answers otherwise tomorrow.
  return !(checker.kind === 'rule' && checker.name === 'bootstrap');
}
