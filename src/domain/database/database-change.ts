import type { COORDINATOR, Specialist } from '../department/specialists';

interface DatabaseChangeRow {
  readonly key: string;
  readonly title: string;
  readonly who: Specialist | typeof COORDINATOR;
  /** What has to exist before the step counts as done. */
  readonly owed: string;
}

/** What every schema change goes through, in order (charter: "Database Change Coordination"). */
export const DATABASE_CHANGE_STEPS = [
  {
    key: 'design',
    title: 'Design the migration',
    who: 'database-optimizer',
    owed: 'the target schema, the way there, and what it does to rows that exist already',
  },
  {
    key: 'script',
    title: 'Write the migration with its rollback',
    who: 'database-optimizer',
    owed: 'an up and a down script that can each be run alone',
  },
  {
    key: 'replica',
    title: 'Try it on a replica',
    who: 'database-optimizer',
    owed: 'a run up, down and up again on a database with data like the real one, with its output',
  },
  {
    key: 'deployment',
    title: 'Agree the deployment with @database-admin',
    who: 'database-admin',
    owed: 'a statement on locks, duration, backup before and recovery after',
  },
  {
    key: 'rollout',
    title: 'Choose how it is rolled out',
    who: 'backend-coordinator',
    owed: 'blue-green, canary or at once, with the order of migration and code, and when to turn back',
  },
  {
    key: 'monitor',
    title: 'Watch it after deployment',
    who: 'database-admin',
    owed: 'what is watched, for how long, and which value means turning back',
  },
] as const satisfies readonly DatabaseChangeRow[];
