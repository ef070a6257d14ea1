// Needs nothing: who waits for whom is pure.
import fc from 'fast-check';
import {
  claimTasks,
  heldOf,
  newsOf,
  settleClaims,
  waitsOf,
} from '../../../src/domain/coordination/claim-order';
import { claimsOverlap } from '../../../src/domain/plan/path-claims';
import type { TaskClaim } from '../../../src/domain/coordination/repository-claims';
import {
  MOST_OBJECTIVES,
  NOTHING_HELD,
  refuseClaim,
  releaseObjective,
  type RepositoryState,
} from '../../../src/domain/coordination/repository-entity';
import { taskId } from '../tasks';

const claim = (number: number, paths: readonly string[], more: Partial<TaskClaim> = {}): TaskClaim => ({
  taskId: taskId(number),
  paths: [...paths],
  tables: [],
  endpoints: [],
  ...more,
});
const claimed = (state: RepositoryState, objectiveId: string, ...tasks: TaskClaim[]): RepositoryState =>
  claimTasks(state, { objectiveId, tasks });
const ended = (state: RepositoryState, objectiveId: string): RepositoryState =>
  settleClaims(releaseObjective(state, { objectiveId, delivered: false }));
const held = (state: RepositoryState, objectiveId: string): string[] =>
  heldOf(state, objectiveId).map((row) => `${row.taskId} ${row.holder} ${row.holderTask}: ${row.what}`);

describe('who waits', () => {
  it('a task whose paths overlap with those of an objective that came earlier; its other tasks do not', () => {
    let state = claimed(NOTHING_HELD, 'a', claim(1, ['src/auth/**']));
    state = claimed(state, 'b', claim(1, ['src/billing/**']), claim(2, ['src/auth/login.ts']));
    expect(held(state, 'a')).toEqual([]);
    expect(held(state, 'b')).toEqual(['backend-T002 a backend-T001: src/auth/login.ts']);
  });

  it('for a folder above as for a file below, and for the same table and endpoint', () => {
    const names = { tables: ['users'], endpoints: ['GET /users/{}'] };
    const state = claimed(NOTHING_HELD, 'a', claim(1, ['src/auth/login.ts'], names));
    expect(held(claimed(state, 'b', claim(1, ['src/**'])), 'b')).toHaveLength(1);
    expect(held(claimed(state, 'b', claim(1, ['src/authority/**'])), 'b')).toEqual([]);
    expect(held(claimed(state, 'b', claim(1, [], { tables: ['users'] })), 'b')[0]).toContain('table users');
    expect(held(claimed(state, 'b', claim(1, [], { endpoints: ['GET /users/{}'] })), 'b')).toHaveLength(1);
    expect(held(claimed(state, 'b', claim(1, [], { endpoints: ['PUT /users/{}'] })), 'b')).toEqual([]);
  });

  it('in the order of asking: who comes third waits for the second, too', () => {
    let state = claimed(NOTHING_HELD, 'a', claim(1, ['x']));
    state = claimed(state, 'b', claim(1, ['x', 'y']));
    state = claimed(state, 'c', claim(1, ['y']));
    expect(held(state, 'c')).toEqual(['backend-T001 b backend-T001: y']);
    const after = ended(state, 'a');
    expect(held(after, 'b')).toEqual([]);
    expect(held(after, 'c')).toHaveLength(1);
    expect(held(ended(after, 'b'), 'c')).toEqual([]);
  });

  it('not somebody who asks again, also with less; asking for more keeps what was granted', () => {
    let state = claimed(NOTHING_HELD, 'a', claim(1, ['x', 'y']));
    state = claimed(state, 'b', claim(1, ['z']));
    const again = claimed(state, 'a', claim(1, ['x', 'y']));
    expect(waitsOf(again)).toEqual([]);
    const more = claimed(state, 'a', claim(1, ['x', 'z']));
    expect(held(more, 'a')).toEqual(['backend-T001 b backend-T001: z']);
    expect(held(claimed(more, 'c', claim(1, ['x'])), 'c')).toHaveLength(1);
    expect(held(claimed(more, 'c', claim(1, ['y'])), 'c')).toHaveLength(1);
    expect(held(ended(more, 'b'), 'a')).toEqual([]);
    expect(held(claimed(claimed(state, 'a', claim(1, ['x'])), 'c', claim(1, ['y'])), 'c')).toEqual([]);
  });

  it('not in a circle: the claim that would close it goes ahead', () => {
    let state = claimed(NOTHING_HELD, 'a', claim(1, ['x']));
    state = claimed(state, 'b', claim(1, ['x']), claim(2, ['y']));
    expect(held(state, 'b')).toHaveLength(1);
    // An edited plan of `a` wants what `b` holds, and `b` waits for `a`.
    state = claimed(state, 'a', claim(1, ['x']), claim(2, ['y']));
    expect(held(state, 'a')).toEqual([]);
    expect(held(state, 'b')).toHaveLength(1);
  });
});

it('those whom a change concerns hear what they need not wait for any more', () => {
  let state = claimed(NOTHING_HELD, 'a', claim(1, ['x']));
  state = claimed(state, 'b', claim(1, ['y']));
  state = claimed(state, 'c', claim(1, ['x']), claim(2, ['x', 'y']), claim(3, ['z']));
  const after = ended(state, 'a');
  expect(newsOf(state, after)).toEqual([{ objectiveId: 'c', taskIds: [taskId(1)] }]);
  expect(held(after, 'c')).toEqual(['backend-T002 b backend-T001: y']);
  expect(newsOf(after, ended(after, 'c'))).toEqual([]);
});

it('only so many objectives can hold something; one that does may ask again', () => {
  let state = NOTHING_HELD;
  for (let n = 0; n < MOST_OBJECTIVES; n += 1) state = claimed(state, `objective-${n}`, claim(1, [`p${n}`]));
  expect(refuseClaim(state, { objectiveId: 'another', tasks: [] })).toContain('100 objectives');
  expect(refuseClaim(state, { objectiveId: 'objective-7', tasks: [] })).toBeNull();
});

const who = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const path = fc.constantFrom('x', 'y', 'z/**', 'z/1', 'z/2', 'w/**', 'w/v/**', 'w/v/u');
const plan = fc
  .array(fc.uniqueArray(path, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
  .map((rows) => rows.map((paths, index) => claim(index + 1, paths)));
const claiming = fc.record({ kind: fc.constant('claim' as const), who, plan });
const ending = fc.record({ kind: fc.constant('end' as const), who });
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: claiming }, ending), { maxLength: 25 });

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;
const take = (state: RepositoryState, step: Step): RepositoryState =>
  step.kind === 'end' ? ended(state, step.who) : claimed(state, step.who, ...step.plan);

/** Objectives that wait for nobody. */
const free = (state: RepositoryState): string[] => {
  const waiting = new Set(waitsOf(state).map(({ objectiveId }) => objectiveId));
  return state.objectives.map(({ objectiveId }) => objectiveId).filter((id) => !waiting.has(id));
};

it('nobody waits for ever: somebody can always end, and once those before have, everything is granted', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let state = all.reduce(take, NOTHING_HELD);
      while (state.objectives.length > 0) {
        const [first] = free(state);
        if (first === undefined) throw new Error(`All wait: ${JSON.stringify(waitsOf(state))}`);
        state = ended(state, first);
      }
      expect(waitsOf(state)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it('what is settled is settled: looking again grants nothing, and a granted task never waits again', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let before = NOTHING_HELD;
      for (const step of all) {
        const after = take(before, step);
        expect(settleClaims(after)).toEqual(after);
        for (const { objectiveId, claims } of before.objectives) {
          if (objectiveId === step.who) continue;
          const now = after.objectives.find((row) => row.objectiveId === objectiveId)?.claims ?? [];
          for (const one of claims.filter(({ granted }) => granted)) {
            expect(now.some((row) => row.granted && row.taskId === one.taskId)).toBe(true);
          }
        }
        before = after;
      }
    }),
  );
});

it('as long as nobody edits a plan, two objectives never hold the same', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const seen = new Set<string>();
      let state = NOTHING_HELD;
      for (const step of all) {
        if (step.kind === 'end') {
          state = ended(state, step.who);
          seen.delete(step.who);
        } else if (!seen.has(step.who)) {
          state = claimed(state, step.who, ...step.plan);
          seen.add(step.who);
        }
        const granted = state.objectives.flatMap(({ objectiveId, claims }) =>
          claims
            .filter((row) => row.granted)
            .flatMap((row) => row.paths.map((one) => ({ objectiveId, path: one }))),
        );
        const both = granted.filter((a) =>
          granted.some((b) => a.objectiveId !== b.objectiveId && claimsOverlap(a.path, b.path)),
        );
        expect(both).toEqual([]);
      }
    }),
  );
});
