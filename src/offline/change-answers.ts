import type { DeploymentPlan, RolloutPlan } from '../domain/database/deployment-plan';
import type { FrontendReview } from '../domain/contract/frontend-review';
import type { MigrationDesign } from '../domain/database/migration-design';
import type { DeployedChange, LoadedDesign, RolledOutChange, ValidatedContract } from './change-sections';
import { quotedUnder } from './prompt-lines';

const LINE = 500;

/** The design of a task's migration; null: the playbook has none. */
export function designOf(
  designs: readonly LoadedDesign[],
  scenario: string,
  task: string | null,
): MigrationDesign | null {
  const row = designs.find((one) => one.task === task && one.scenarios.includes(scenario));
  return row?.design ?? null;
}

/** A deployment signed off by what the question says: refused for the first problem, with the lock that was measured. */
export function deploymentOf(section: DeployedChange, told: string): DeploymentPlan {
  const seen = readReports(told);
  const [problem] = seen.problems;
  const drilled = seen.drilled ? 'the restore was drilled' : 'the restore was not drilled here';
  return {
    ...section,
    estimatedLockMs: Math.ceil(seen.waitMs ?? 0),
    signOff:
      problem === undefined
        ? { decision: 'approved', reason: `${describeWait(seen)}; ${drilled}`.slice(0, LINE) }
        : { decision: 'refused', reason: problem.slice(0, LINE) },
  };
}

/** A rollout by whether the old version works on the new schema; null: the playbook has none for that. */
export function rolloutOf(section: RolledOutChange, told: string): RolloutPlan | null {
  const seen = readReports(told);
  const reasons = [
    describeWait(seen),
    `the old version on the new schema: ${seen.oldVersion ?? 'not tried'}`,
  ];
  if (seen.oldVersion !== 'does not work') return { ...section.together, reasons };
  return section.apart === undefined
    ? null
    : { strategy: 'expand-contract', phases: section.apart.phases, reasons };
}

/** A review of the contract that is shown: what its scenario still misses, else an approval. */
export function reviewContract(section: ValidatedContract, scenario: string, told: string): FrontendReview {
  const operations = quotedUnder('OPERATIONS', told);
  const contract = [...operations, ...quotedUnder('TYPES A CLIENT GETS', told)].join('\n');
  const missing = section.changes.filter(
    ({ scenarios, until }) => scenarios.includes(scenario) && !until.test(contract),
  );
  if (missing.length > 0) {
    const comments = missing.map(({ operation, comment }) => ({ operation, comment }));
    return { decision: 'request-changes', comments };
  }
  const comments = section.approve.filter(
    ({ operation }) => operation === null || operations.includes(operation),
  );
  return { decision: 'approve', comments };
}

interface SeenReports {
  /** Longest a request waited, in milliseconds; null: nothing was measured. */
  readonly waitMs: number | null;
  readonly problems: readonly string[];
  readonly oldVersion: string | null;
  readonly drilled: boolean;
}

function readReports(told: string): SeenReports {
  const rehearsal = quotedUnder('REHEARSAL ON A REPLICA', told);
  const drill = quotedUnder('BACKUP AND RESTORE', told);
  const first = (pattern: RegExp): string | null =>
    rehearsal.flatMap((line) => pattern.exec(line)?.[1] ?? [])[0] ?? null;
  const waited = first(/^longest wait of a request on the way up: ([\d.]+) ms$/);
  return {
    waitMs: waited === null ? null : Number(waited),
    problems: [...rehearsal, ...drill].flatMap(
      (line) => /^problem(?: \([a-z]+\))?: (.+)$/.exec(line)?.[1] ?? [],
    ),
    oldVersion: first(/^old version on the new schema: (.+)$/),
    drilled: drill.length > 0,
  };
}

function describeWait({ waitMs }: SeenReports): string {
  return waitMs === null
    ? 'nothing was measured on a replica'
    : `the longest wait of a request on the replica was ${String(waitMs)} ms`;
}
