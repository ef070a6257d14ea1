import { createHash } from 'node:crypto';
import type {
  ClaimActivities,
  ContractActivities,
  ContractThinking,
  DatabaseThinking,
  ReplicaActivities,
} from '../activities/contract';
import type { RehearsalResult } from '../src/domain/database/database-work';
import { NO_USAGE } from '../src/domain/usage/usage';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A rehearsal nothing speaks against. */
export function soundRehearsal(more: Partial<RehearsalResult> = {}): RehearsalResult {
  return {
    outcome: 'sound',
    report: sha('rehearsal'),
    problems: [],
    notExecuted: [],
    destructive: [],
    oldVersionWorks: true,
    summary: '100,000 rows, longest lock 3 ms',
    ...more,
  };
}

/** Contracts are approved and schema changes agreed, with nothing behind it. */
export function smoothCoordination(): ContractActivities &
  ContractThinking &
  DatabaseThinking &
  ReplicaActivities &
  ClaimActivities {
  return {
    inspectContract: ({ commit }) =>
      Promise.resolve({
        outcome: 'usable',
        kind: 'openapi',
        path: 'openapi.yaml',
        hash: sha(commit),
        changed: true,
        operations: 3,
        breaking: [],
      }),
    publishContract: ({ hash }) =>
      Promise.resolve({ bundle: sha(`bundle ${hash}`), files: 5, summary: 'adds 3 operations' }),
    announceContract: () => Promise.resolve({ delivery: 'off' }),
    testContract: () =>
      Promise.resolve({
        outcome: 'passed',
        report: sha('contract test'),
        exchanges: 6,
        mismatches: [],
        notExecuted: [],
        summary: '6 exchanges',
      }),
    validateContract: () => Promise.resolve({ decision: 'approve', comments: [], usage: NO_USAGE }),
    reserveMigration: () => Promise.resolve({ identifier: '0002', after: [] }),
    readClaims: () => Promise.resolve({ lines: [] }),
    claimWork: () => Promise.resolve({ held: [] }),
    releaseClaims: () => Promise.resolve(),
    endedObjectives: () => Promise.resolve({ ended: [] }),
    designMigration: () =>
      Promise.resolve({ design: sha('design'), summary: 'adds two tables', usage: NO_USAGE }),
    rehearseMigration: () => Promise.resolve(soundRehearsal()),
    drillBackup: () => Promise.resolve(soundRehearsal({ report: sha('drill'), summary: 'restored' })),
    planDeployment: () =>
      Promise.resolve({
        deployment: sha('deployment'),
        approved: true,
        reason: 'locks are short',
        summary: 'no window needed',
        usage: NO_USAGE,
      }),
    chooseRollout: () =>
      Promise.resolve({
        rollout: sha('rollout'),
        strategy: 'in-place',
        rollback: ['npm run migrate:down'],
        reason: 'it only adds',
        usage: NO_USAGE,
      }),
    rehearseRollout: () =>
      Promise.resolve(soundRehearsal({ report: sha('rollout drill'), summary: 'there and back' })),
  };
}
