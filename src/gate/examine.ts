import { createHash } from 'node:crypto';
import type { Receipt } from '../domain/receipt';
import type { Survey } from '../domain/survey';
import type { CheckTarget } from '../ports/gate';
import type { GateChecker } from './checker';
import { listBlobs } from './facts/source-files';
import type { GateSetting } from './gate-runner';
import { type OpenedInspection, openInspection } from './open-inspection';
import type { Quiet } from './quiet';
import { answersOf } from './run-checker';
import { toReceipt } from './to-receipt';

/** A tree that checkers are asked about; it is opened only when one has to run. */
export interface Examination {
  receipts(checker: GateChecker): Promise<readonly Receipt[]>;
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
    readonly signal: AbortSignal;
  },
): Examination {
  const { place, survey, signal } = request;
  let opened: Promise<OpenedInspection & { readonly close: () => Promise<void> }> | undefined;
  const open = async (): Promise<OpenedInspection & { readonly close: () => Promise<void> }> => {
    const checkout = await place.open();
    const target: CheckTarget = { ...place, path: checkout.path };
    return {
      ...openInspection(setting, { target, survey, signal, scope: request.scope }),
      close: () => checkout.dispose(),
    };
  };
  const blobs = listBlobs(place.gitDir, place.tree, signal);
  blobs.catch(() => undefined);

  return {
    async receipts(checker) {
      const inputs = digestOf(checker, request, setting.sandbox.level, await blobs);
      const kept = await setting.receipts.find(checker.name, inputs);
      if (kept !== null) return kept.map((receipt) => ({ ...receipt, tree: place.tree }));
      opened ??= open();
      const { inspection } = await opened;
      const startedAt = setting.clock();
      const start = performance.now();
      const answer = (): ReturnType<typeof answersOf> => answersOf(checker, inspection);
      const answers = await (checker.alone === true ? quiet.alone(answer) : quiet.together(answer));
      signal.throwIfAborted();
      const frame = {
        tree: place.tree,
        startedAt,
        durationMs: performance.now() - start,
        sandbox: setting.sandbox.level,
        inputs,
      };
      const receipts = answers.map((answer) => toReceipt(checker, answer, frame));
      if (receipts.every(isRepeatable)) await setting.receipts.keep(checker.name, inputs, receipts);
      return receipts;
    },
    async dispose() {
      const current = await opened?.catch(() => undefined);
      await current?.dispose();
      await current?.close();
    },
  };
}

/** What could not be told, or a run that was stopped, may go otherwise the next time. */
function isRepeatable({ verdict, checker }: Receipt): boolean {
  return verdict !== 'needs-review' && !(checker.kind === 'tool' && checker.exitCode === null);
}

function digestOf(
  checker: GateChecker,
  { place, survey, engines }: Parameters<typeof createExamination>[2],
  sandbox: string,
  blobs: ReadonlyMap<string, string>,
): string {
  const settings = survey.gate;
  const read = [...blobs].filter(([path]) => checker.reads(path, survey));
  return createHash('sha256')
    .update(
      JSON.stringify([
        checker.version,
        read,
        survey,
        settings,
        engines,
        sandbox,
        process.version,
        checker.comparesWithBase === true ? place.base : null,
      ]),
    )
    .digest('hex');
}
