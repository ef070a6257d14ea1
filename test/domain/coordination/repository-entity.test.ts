// Needs nothing: the entity's state changes by pure functions.
import fc from 'fast-check';
import type { MigrationSlot } from '../../../src/domain/database/migration-slot';
import {
  holders,
  mayClose,
  NOTHING_HELD,
  releaseObjective,
  reserveNumber,
  type RepositoryState,
  type ReserveNumber,
} from '../../../src/domain/coordination/repository-entity';
import { taskId } from '../tasks';

const request = (changes: Partial<ReserveNumber> = {}): ReserveNumber => ({
  objectiveId: 'objective-a',
  taskId: taskId(1),
  dir: 'migrations',
  style: { kind: 'number', prefix: '', width: 4 },
  base: 2,
  head: 2,
  now: 0,
  ...changes,
});

/** Asks one after another; gives the last state and all slots. */
function ask(
  requests: readonly Partial<ReserveNumber>[],
  from: RepositoryState = NOTHING_HELD,
): { readonly state: RepositoryState; readonly slots: readonly MigrationSlot[] } {
  const slots: MigrationSlot[] = [];
  let state = from;
  for (const one of requests) {
    const reserved = reserveNumber(state, request(one));
    state = reserved.state;
    slots.push(reserved.slot);
  }
  return { state, slots };
}

describe('reserving a migration', () => {
  it('two objectives get numbers in the order they asked, and the later one is told of the earlier', () => {
    const { slots } = ask([{}, { objectiveId: 'objective-b' }]);
    expect(slots).toEqual([
      { identifier: '0003', after: [] },
      { identifier: '0004', after: [{ objectiveId: 'objective-a', identifier: '0003' }] },
    ]);
  });

  it('asked again for the same task it is the same number; another task or folder has its own', () => {
    const { slots } = ask([
      {},
      { objectiveId: 'objective-b' },
      {},
      { taskId: taskId(2) },
      { dir: 'audit/migrations', base: 0, head: 0 },
    ]);
    expect(slots.map(({ identifier }) => identifier)).toEqual(['0003', '0004', '0003', '0005', '0001']);
  });

  it('is above what the objective has integrated without asking', () => {
    expect(ask([{ head: 7 }]).slots[0]?.identifier).toBe('0008');
  });

  it('a number that an aborted objective gives back is free again only if nothing above it is taken', () => {
    const { state } = ask([{}, { objectiveId: 'objective-b' }]);
    const withoutA = releaseObjective(state, { objectiveId: 'objective-a', delivered: false });
    expect(ask([{ objectiveId: 'objective-c' }], withoutA).slots[0]?.identifier).toBe('0005');
    const nobody = releaseObjective(withoutA, { objectiveId: 'objective-b', delivered: false });
    expect(ask([{ objectiveId: 'objective-c' }], nobody).slots[0]).toEqual({ identifier: '0003', after: [] });
  });

  it('a delivered number stays taken until a base has reached it, also for objectives on an older base', () => {
    const { state } = ask([{}]);
    const delivered = releaseObjective(state, { objectiveId: 'objective-a', delivered: true });
    const before = ask([{ objectiveId: 'objective-b' }], delivered);
    expect(before.slots[0]).toEqual({
      identifier: '0004',
      after: [{ objectiveId: 'objective-a', identifier: '0003' }],
    });
    const merged = ask([{ objectiveId: 'objective-c', base: 3, head: 3 }], before.state);
    expect(merged.slots[0]?.after.map(({ objectiveId }) => objectiveId)).toEqual(['objective-b']);
    const given = releaseObjective(merged.state, { objectiveId: 'objective-b', delivered: false });
    const left = releaseObjective(given, { objectiveId: 'objective-c', delivered: false });
    expect(ask([{ objectiveId: 'objective-d', base: 1, head: 1 }], left).slots[0]?.identifier).toBe('0004');
  });

  it('where the tool names migrations itself, only the order is told, by task', () => {
    const style = { kind: 'own' } as const;
    const { slots } = ask([
      { style, base: 0, head: 0 },
      { style, base: 0, head: 0, objectiveId: 'objective-b', taskId: taskId(7) },
    ]);
    expect(slots).toEqual([
      { identifier: null, after: [] },
      { identifier: null, after: [{ objectiveId: 'objective-a', identifier: taskId(1) }] },
    ]);
  });
});

it('the entity closes when nothing is held, but not over numbers that must stay taken', () => {
  const { state } = ask([{}]);
  const lasting = { repository: '/srv/shop', lasting: true };
  expect(holders(state)).toEqual(['objective-a']);
  expect(mayClose(state, lasting)).toBe(false);
  const delivered = releaseObjective(state, { objectiveId: 'objective-a', delivered: true });
  expect(holders(delivered)).toEqual([]);
  expect(mayClose(delivered, lasting)).toBe(false);
  expect(mayClose(delivered, { ...lasting, lasting: false })).toBe(true);
  expect(mayClose(NOTHING_HELD, lasting)).toBe(true);
});

it('however objectives ask, end and deliver: no number is held twice, and order of numbers is order in time', () => {
  const who = fc.constantFrom('objective-a', 'objective-b', 'objective-c', 'objective-d');
  const reserve = fc.record({
    kind: fc.constant('reserve' as const),
    who,
    task: fc.integer({ min: 1, max: 3 }),
    base: fc.nat(12),
    ahead: fc.nat(3),
  });
  const end = fc.record({ kind: fc.constant('end' as const), who, delivered: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.oneof(reserve, end), { maxLength: 40 }), (steps) => {
      let state = NOTHING_HELD;
      const delivered: number[] = [];
      for (const step of steps) {
        if (step.kind === 'end') {
          delivered.push(
            ...(state.folders[0]?.reservations ?? [])
              .filter((row) => step.delivered && row.objectiveId === step.who)
              .map(({ value }) => value),
          );
          state = releaseObjective(state, { objectiveId: step.who, delivered: step.delivered });
          continue;
        }
        const { base } = step;
        const before = state.folders[0]?.reservations ?? [];
        const again = before.some((row) => row.objectiveId === step.who && row.taskId === taskId(step.task));
        const reserved = reserveNumber(
          state,
          request({ objectiveId: step.who, taskId: taskId(step.task), base, head: base + step.ahead }),
        );
        state = reserved.state;
        const value = Number(reserved.slot.identifier);
        if (!again) {
          expect(value).toBeGreaterThan(Math.max(base + step.ahead, ...before.map((row) => row.value)));
          expect(delivered).not.toContain(value);
        }
        const after = reserved.slot.after.map(({ identifier }) => Number(identifier));
        expect(after).toEqual([...after].sort((a, b) => a - b));
        expect(after.every((one) => one < value)).toBe(true);
      }
      const values = (state.folders[0]?.reservations ?? []).map(({ value }) => value);
      expect(new Set(values).size).toBe(values.length);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }),
  );
});
