import type { RolloutPlan } from '../../domain/database/deployment-plan';

/** One migration as far as the order of a rollout depends on it. */
export interface OrderedMigration {
  readonly name: string;
  /** Holds nothing but statements about rows. */
  readonly isData: boolean;
  /** What it takes from the version that is running; empty: nothing. */
  readonly takes: readonly string[];
}

/** Which migrations a phase runs, by place in the list; `null`: none of its business. */
export interface AssignedPhase {
  readonly name: string;
  readonly action: RolloutPlan['phases'][number]['action'];
  readonly rollback: string;
  readonly migrations: readonly number[];
}

/**
 * Hands the migrations to the phases that run them, in their order: each `migrate-up` but the last takes one, a
 * `backfill` those about rows that are next, the last phase takes the rest. Problems are orders that cannot work.
 */
export function assignMigrations(
  { strategy, phases }: Pick<RolloutPlan, 'strategy' | 'phases'>,
  migrations: readonly OrderedMigration[],
): { readonly phases: readonly AssignedPhase[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const ups = phases.filter(({ action }) => action === 'migrate-up').length;
  if (ups === 0) problems.push('no phase runs the migration up');
  let next = 0;
  let seenUps = 0;
  let deployed = false;
  const assigned = phases.map(({ name, action, rollback }, at): AssignedPhase => {
    const take = (until: number): number[] => {
      const taken = Array.from({ length: Math.max(0, until - next) }, (_, index) => next + index);
      next = Math.max(next, until);
      return taken;
    };
    const isLast = !phases
      .slice(at + 1)
      .some((later) => later.action === 'migrate-up' || later.action === 'backfill');
    let taken: number[] = [];
    switch (action) {
      case 'migrate-up': {
        seenUps += 1;
        if (next >= migrations.length)
          problems.push(`phase "${name}" has no migration to run: the commit brings ${migrations.length}`);
        taken = take(isLast ? migrations.length : Math.min(next + 1, migrations.length));
        break;
      }
      case 'backfill': {
        if (seenUps === 0) problems.push(`phase "${name}" fills what no phase before it has made`);
        let until = next;
        while (migrations[until]?.isData === true) until += 1;
        taken = take(isLast && until > next ? migrations.length : until);
        break;
      }
      case 'migrate-down':
        if (seenUps === 0) problems.push(`phase "${name}" takes back what no phase before it has run`);
        break;
      case 'deploy':
      case 'switch':
        deployed = true;
        break;
      case 'observe':
        break;
    }
    if (!deployed && strategy !== 'in-place') {
      for (const place of taken) {
        const { takes = [], name: migration = '' } = migrations[place] ?? {};
        if (takes.length > 0)
          problems.push(
            `phase "${name}" runs ${migration}, which ${takes.join(' and ')}, before the version that does without is deployed`,
          );
      }
    }
    return { name, action, rollback, migrations: taken };
  });
  if (ups > 0 && next < migrations.length) {
    const left = migrations.slice(next).map(({ name }) => name);
    problems.push(`no phase runs ${left.join(', ')}`);
  }
  return { phases: assigned, problems };
}
