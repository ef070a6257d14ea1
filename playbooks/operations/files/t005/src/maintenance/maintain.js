import { planMaintenance } from './plan.js';
import { surveyIndexes, surveyTables } from './survey.js';

/**
 * Says what maintenance the database needs and, with `apply`, does it, one statement after the other. A statement that
 * fails, for instance on a lock that is held too long, is reported and the others are still run.
 *
 * @param {object} options
 * @param {import('pg').Client} options.session Outside of a transaction.
 * @param {boolean} options.apply
 * @param {(line: string) => void} [options.say]
 */
export async function maintain({ session, apply, say = () => {} }) {
  const { actions, advice } = planMaintenance({
    tables: await surveyTables(session),
    indexes: await surveyIndexes(session),
  });
  const results = [];
  for (const action of actions) {
    say(`${apply ? '' : 'would run: '}${action.statement} (${action.reason})`);
    results.push({
      ...action,
      ...(apply ? await attempt(session, action.statement) : { result: 'not run' }),
    });
  }
  return { ok: results.every(({ result }) => result !== 'failed'), applied: apply, actions: results, advice };
}

async function attempt(session, statement) {
  try {
    await session.query(statement);
    return { result: 'done' };
  } catch (error) {
    return { result: 'failed', error: error.message };
  }
}
