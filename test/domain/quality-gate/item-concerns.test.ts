// Needs nothing: tables and pure functions.
import { climb } from '../../../src/domain/escalation/climb';
import { GATE_ITEMS } from '../../../src/domain/quality-gate/gate-items';
import { concernOfSubject } from '../../../src/domain/quality-gate/item-concerns';
import { peerFor } from '../../../src/domain/department/levels';
import { owedItems } from '../../../src/domain/quality-gate/owed-items';
import { progressOf, red } from '../progress';

const PEERS = {
  contract: '@api-architect',
  performance: '@backend-architect',
  database: '@database-optimizer',
} as const;

/** Item numbers of the charter's checklist by the peer level 2 asks about them. */
const ASKED: Readonly<Record<keyof typeof PEERS, readonly number[]>> = {
  contract: [1, 2, 3, 4, 5, 6, 7, 36],
  performance: [20, 21, 22, 23, 24, 25, 35],
  database: [15, 26, 27, 28, 29, 30, 33, 38],
};

describe('a red item at level 2', () => {
  it.each(GATE_ITEMS)(
    '$item $slug goes to the peer of what it is about, or to the coordinator',
    ({ item, slug }) => {
      const concern = (['contract', 'performance', 'database'] as const).find((key) =>
        ASKED[key].includes(item),
      );
      expect(concernOfSubject(slug)).toBe(concern ?? 'other');
      const spent = progressOf({ spent: { 1: 2, 2: 0, 3: 0 } });
      const { step } = climb(spent, { kind: 'red', red: [red(slug)] });
      if (concern === undefined) expect(step.kind).toBe('review');
      else
        expect(step).toMatchObject({ kind: 'consult', peer: PEERS[concern].slice(1), question: { concern } });
      expect(peerFor(concernOfSubject(slug), 'nodejs-expert')).toBe(
        concern === undefined ? null : PEERS[concern].slice(1),
      );
    },
  );

  it('level 1 is given the evidence of the item itself', () => {
    const item = { subject: 'cors' as const, excerpt: 'src/app.js:3: any origin is admitted' };
    expect(climb(progressOf(), { kind: 'red', red: [item] }).step).toMatchObject({
      kind: 'attempt',
      level: 1,
      prompt: { kind: 'failure', red: [item] },
    });
  });

  it('build and tests have no peer', () => {
    expect([concernOfSubject('build'), concernOfSubject('tests')]).toEqual(['other', 'other']);
  });
});

describe('what a task owes', () => {
  it('is what the plan says, what its kind brings, and what is wrong in any code', () => {
    const owed = owedItems({ kind: 'contract', gateItems: ['pagination'] });
    expect(owed).toEqual(
      expect.arrayContaining(['pagination', 'rest-conventions', 'no-hardcoded-secrets', 'sql-injection']),
    );
    // Tests and docs of a contract come with its implementation.
    expect(owed).not.toContain('integration-tests');
    expect(owed).not.toContain('api-docs');
  });

  it('stands in the order of the charter, each item once', () => {
    const owed = owedItems({ kind: 'repair', gateItems: ['cors', 'style-guide', 'cors'] });
    const order = GATE_ITEMS.map(({ slug }) => slug).filter((slug) => owed.includes(slug));
    expect(owed).toEqual(order);
  });
});
