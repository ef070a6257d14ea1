import { GATE_ITEMS } from '../domain/gate-items';
import { compareWithBase } from '../domain/gate-summary';
import type { Receipt } from '../domain/receipt';
import type { BlobStore } from '../ports/blob-store';
import type { Bootstrap, CheckTarget, GateRunner, Provision } from '../ports/gate';
import { BootstrapRefused } from './bootstrap-refused';
import { type Check, CHECKS, CHECKS_VERSION } from './checks';
import { excerptOf } from './excerpt';
import { NOTHING_NEEDED } from './installers/installer';
import { explanationOf, type Outcome, verdictOf } from './outcome';
import type { ReceiptCache, ReceiptKey } from './receipt-cache';
import { type CheckPlace, type CheckRun, type CheckSetting, runCheck } from './run-check';

const EXCERPT_CHARACTERS = 3500;

export interface GateSetting extends CheckSetting {
  readonly bootstrap: Bootstrap;
  readonly store: BlobStore;
  readonly receipts: ReceiptCache;
  readonly clock: () => Date;
}

/** A check with the command this target has for it. */
interface Job {
  readonly check: Check;
  readonly argv: readonly string[];
}

type RunRequest = Parameters<GateRunner['run']>[0];

/**
 * The gate of this version: build, tests and the project's linter decide, every other item needs a reviewer. The
 * same tree with the same commands is answered from its receipts as a whole, because tests may need what the build
 * made.
 */
export function createGateRunner(setting: GateSetting): GateRunner {
  return {
    async run(request) {
      const { target, scope, baseReport } = request;
      const checked = (await fromReceipts(setting, request)) ?? (await runChecks(setting, request));
      const receipts = baseReport === undefined ? checked : compareWithBase(checked, baseReport);
      return {
        tree: target.tree,
        commit: target.commit,
        base: target.base,
        receipts:
          scope === 'task' ? receipts : [...receipts, ...uncheckedItems(setting, target.tree, receipts)],
      };
    },
  };
}

async function fromReceipts(setting: GateSetting, request: RunRequest): Promise<Receipt[] | null> {
  const { target, survey } = request;
  const receipts: Receipt[] = [];
  for (const check of CHECKS) {
    const argv = check.command(survey);
    const found =
      argv === null
        ? absentReceipt(setting, check, target)
        : await setting.receipts.find(keyOf(setting, { check, argv }, target));
    if (found === null) return null;
    receipts.push(found);
  }
  return receipts;
}

/** Build first, because tests may need it; then everything else at once. */
async function runChecks(setting: GateSetting, request: RunRequest): Promise<Receipt[]> {
  const { target, survey } = request;
  const { provision, refusal } = await prepare(setting, request);
  const stop = new AbortController();
  const place: CheckPlace = {
    path: target.path,
    gitDir: target.gitDir,
    survey,
    provision,
    signal: AbortSignal.any([request.signal, stop.signal]),
  };
  const receiptFor = async (check: Check): Promise<Receipt> => {
    const argv = check.command(survey);
    if (argv === null) return absentReceipt(setting, check, target);
    const job = { check, argv };
    if (refusal !== null) return refusedReceipt(setting, job, target, refusal);
    return runJob(setting, job, target, place);
  };
  const first = await all(CHECKS.filter(isBuild).map(receiptFor), stop);
  const rest = await all(CHECKS.filter((check) => !isBuild(check)).map(receiptFor), stop);
  return [...first, ...rest];
}

/** Like Promise.all, but waits for the others to end after stopping them: no check outlives the call. */
async function all(running: readonly Promise<Receipt>[], stop: AbortController): Promise<Receipt[]> {
  try {
    return await Promise.all(running);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(running);
    throw error;
  }
}

function isBuild(check: Check): boolean {
  return check.name === 'build';
}

interface Prepared {
  readonly provision: Provision;
  /** Why there are no dependencies; null where there are. */
  readonly refusal: Outcome | null;
}

/** Brings the dependencies in; a refusal that lies in the target is an outcome of its checks. */
async function prepare(setting: GateSetting, request: RunRequest): Promise<Prepared> {
  const { target, survey, signal } = request;
  try {
    const provision = await setting.bootstrap.ensure({ path: target.path, survey, signal });
    return { provision, refusal: null };
  } catch (error) {
    if (error instanceof BootstrapRefused) return { provision: NOTHING_NEEDED, refusal: error.outcome };
    throw error;
  }
}

async function runJob(
  setting: GateSetting,
  job: Job,
  target: CheckTarget,
  place: CheckPlace,
): Promise<Receipt> {
  const startedAt = setting.clock();
  const run = await runCheck(setting, job.check, job.argv, place);
  const output = await setting.store.put(run.output);
  const receipt: Receipt = {
    subject: job.check.subject,
    verdict: verdictOf(run.outcome),
    checker: {
      kind: 'tool',
      name: job.check.name,
      version: null,
      argv: [...run.argv],
      exitCode: run.exitCode,
    },
    tree: target.tree,
    startedAt: startedAt.toISOString(),
    durationMs: run.durationMs,
    sandbox: setting.sandbox.level,
    evidence: [{ kind: 'output', output, excerpt: excerptOf(run.output, EXCERPT_CHARACTERS) }],
    note: explanationOf(run.outcome).slice(0, 1000),
  };
  if (isRepeatable(run)) await setting.receipts.keep(keyOf(setting, job, target), receipt);
  return receipt;
}

/** A time-out or a check that could not run may go otherwise the next time. */
function isRepeatable(run: CheckRun): boolean {
  return run.exitCode !== null && (run.outcome.kind === 'ran-clean' || run.outcome.kind === 'ran-found');
}

function keyOf(setting: GateSetting, { check, argv }: Job, target: CheckTarget): ReceiptKey {
  const version = `${CHECKS_VERSION} ${setting.sandbox.level} ${process.version}`;
  return { tree: target.tree, check: check.name, argv, version };
}

function absentReceipt(setting: GateSetting, check: Check, target: CheckTarget): Receipt {
  return ruleReceipt(setting, target.tree, check.subject, {
    verdict: verdictOf(check.absent),
    checker: { kind: 'rule', name: 'survey' },
    note: explanationOf(check.absent),
  });
}

function refusedReceipt(setting: GateSetting, job: Job, target: CheckTarget, refusal: Outcome): Receipt {
  return ruleReceipt(setting, target.tree, job.check.subject, {
    verdict: verdictOf(refusal),
    checker: { kind: 'rule', name: 'bootstrap' },
    note: explanationOf(refusal).slice(0, 1000),
  });
}

function uncheckedItems(setting: GateSetting, tree: string, checked: readonly Receipt[]): Receipt[] {
  return GATE_ITEMS.filter(({ slug }) => !checked.some(({ subject }) => subject === slug)).map(({ slug }) =>
    ruleReceipt(setting, tree, slug, {
      verdict: 'needs-review',
      checker: { kind: 'none' },
      note: 'no checker yet',
    }),
  );
}

function ruleReceipt(
  setting: GateSetting,
  tree: string,
  subject: Receipt['subject'],
  decided: Pick<Receipt, 'verdict' | 'checker' | 'note'>,
): Receipt {
  return {
    subject,
    ...decided,
    tree,
    startedAt: setting.clock().toISOString(),
    durationMs: 0,
    sandbox: setting.sandbox.level,
    evidence: [],
  };
}
