/** What docs/maintenance.md says. The other limits are the server's own. */
export const LIMITS = Object.freeze({
  /** Share of the age at which the server freezes by force, whatever else is going on. */
  freezeShare: 0.5,
  /** How many times the room it needs an index may take. */
  bloatFactor: 2,
  /** Smaller indexes are not worth the work, and their estimate is rough. */
  indexBytes: 1024 * 1024,
});

/**
 * @typedef {object} Action
 * @property {string} statement Never takes a lock that keeps the service from reading or writing.
 * @property {string} reason
 */

/**
 * What is to be done, most urgent first.
 *
 * @param {{ tables: import('./survey.js').TableFacts[], indexes: import('./survey.js').IndexFacts[] }} facts
 * @returns {{ actions: Action[], advice: string[] }} Advice is for people: dropping an index is a migration.
 */
export function planMaintenance({ tables, indexes }) {
  return {
    actions: [
      ...tables.flatMap(planFreezing),
      ...indexes.flatMap(planRebuilding),
      ...tables.flatMap((table) => (planFreezing(table).length > 0 ? [] : planVacuum(table))),
    ],
    advice: indexes.flatMap(adviseDropping),
  };
}

function planFreezing({ name, frozenAge, limits }) {
  const limit = LIMITS.freezeShare * limits.freezeAge;
  if (frozenAge <= limit) return [];
  const reason = `its oldest row is ${frozenAge} transactions old, over ${limit}`;
  return [{ statement: `vacuum (freeze, analyze) ${name}`, reason }];
}

function planVacuum({ name, rows, dead, changed, analyzed, limits }) {
  const deadLimit = limits.vacuumBase + limits.vacuumShare * rows;
  if (dead > deadLimit) {
    const reason = `${dead} dead rows, over ${Math.round(deadLimit)}`;
    return [{ statement: `vacuum (analyze) ${name}`, reason }];
  }
  const changedLimit = limits.analyzeBase + limits.analyzeShare * rows;
  if (changed > changedLimit) {
    const reason = `${changed} rows changed since statistics were taken, over ${Math.round(changedLimit)}`;
    return [{ statement: `analyze ${name}`, reason }];
  }
  return analyzed || rows === 0
    ? []
    : [{ statement: `analyze ${name}`, reason: 'statistics were never taken' }];
}

function planRebuilding({ name, valid, bytes, neededBytes }) {
  if (!valid && /_cc(new|old)\d*"?$/.test(name)) {
    return [
      { statement: `drop index concurrently ${name}`, reason: 'a rebuild that was interrupted left it' },
    ];
  }
  const statement = `reindex index concurrently ${name}`;
  if (!valid)
    return [{ statement, reason: 'building it failed half-way; it costs writes and answers nothing' }];
  if (neededBytes === null || bytes < LIMITS.indexBytes || bytes <= LIMITS.bloatFactor * neededBytes)
    return [];
  return [{ statement, reason: `takes ${bytes} bytes where about ${neededBytes} would do` }];
}

function adviseDropping({ name, table, valid, bytes, needed, scans }) {
  if (!valid || needed || scans > 0 || bytes < LIMITS.indexBytes) return [];
  return [
    `${name} on ${table} takes ${bytes} bytes and was not read since statistics were reset; drop it by a migration`,
  ];
}
