import { features } from '../features.js';

/**
 * @typedef {object} Store
 * @property {Readonly<Record<string, any>>} tables By feature; only events change them.
 * @property {(decide: (tables: object) => Decision) => Promise<Decision>} write Decides and records, one at a time.
 *
 * @typedef {{ event?: { type: string }, [result: string]: unknown }} Decision What `decide` answers: with an event
 *   it is recorded, without one nothing happens.
 */

/**
 * All data of the service, in memory: the catalogue file, and on top of it every event of the journal.
 *
 * @param {{ catalogue: object, journal: import('./journal.js').Journal }} options
 * @returns {Promise<Store>}
 */
export async function openStore({ catalogue, journal }) {
  const tables = Object.fromEntries(
    features.filter((row) => row.createTable).map((row) => [row.name, row.createTable(catalogue)]),
  );
  const appliers = Object.assign({}, ...features.map((row) => row.events));
  const apply = (event) => {
    const applier = appliers[event.type];
    if (!applier)
      throw new Error(`The journal has an event "${event.type}", which this release does not know.`);
    applier(tables, event);
  };
  for (const event of await journal.read()) apply(event);

  let last = Promise.resolve();
  return {
    tables,
    write(decide) {
      // After the write before it, so that what was decided still holds when it is applied.
      const turn = last.then(async () => {
        const decision = decide(tables);
        if (decision.event) {
          await journal.append(decision.event);
          apply(decision.event);
        }
        return decision;
      });
      last = turn.catch(() => {});
      return turn;
    },
  };
}
