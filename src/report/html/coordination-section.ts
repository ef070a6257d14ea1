import { DATABASE_CHANGE_STEPS } from '../../domain/database/database-change';
import type { Report, ReportDatabaseChange } from '../../domain/objective/report';
import { tellingStatements } from '../telling-statements';
import { html, type Html } from '../../html/html';

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** API contracts and schema changes; null where the objective had none. */
export function renderCoordination({ contracts = [], databaseChanges = [] }: Report): Html | null {
  if (contracts.length + databaseChanges.length === 0) return null;
  return html`<section>
    <h2>Contracts and schema changes</h2>
    ${contracts.map(
      ({ name, path, revision, hash, state, by, comments }) =>
        html`<details>
          <summary class="words">
            API contract <b>${name}</b> · revision ${String(revision)} ·
            ${state}${by === null ? '' : ` · ${by}`}
          </summary>
          <p>${path ?? ''} ${hash === null ? '' : html`<code>${hash}</code>`}</p>
          ${listOf(comments)}
        </details>`,
    )}
    ${databaseChanges.map(renderChange)}
  </section>`;
}

const listOf = (lines: readonly string[]): Html | null =>
  lines.length === 0
    ? null
    : html`<ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`;

function renderChange(change: ReportDatabaseChange): Html {
  const { taskId, identifier, comesAfter = [], strategy, design, rehearsal, deployment, rollout } = change;
  return html`<details>
    <summary class="words">
      Schema change of <b>${taskId}</b>${identifier === null ? '' : ` · migration ${identifier}`}${
        strategy === null ? '' : ` · ${strategy}`
      }
    </summary>
    ${
      comesAfter.length === 0
        ? null
        : html`<p>
            Merge after: ${comesAfter.map((row) => `${row.identifier} of ${row.objectiveId}`).join(', ')}
          </p>`
    }
    ${design === null ? null : html`<p>${design.summary}</p>`}
    <ol>
      ${DATABASE_CHANGE_STEPS.map(({ key, title }) => {
        const step = change.steps.find((row) => row.key === key);
        return html`<li>${title}: <b>${step?.state ?? 'pending'}</b> ${step?.summary ?? ''}</li>`;
      })}
    </ol>
    ${rehearsal === null ? null : renderStatements(rehearsal)}
    ${
      deployment === null
        ? null
        : html`<h3>Deployment</h3>
            <p>${deployment.window}. ${deployment.summary}</p>
            ${listOf(deployment.order)}
            <p>Stop when:</p>
            ${listOf(deployment.abortWhen)}`
    }
    ${
      rollout === null
        ? null
        : html`<h3>Rollout: ${rollout.strategy}</h3>
            ${listOf(rollout.reasons)}
            <table>
              <thead>
                <tr>
                  <th>Phase</th>
                  <th>Begins when</th>
                  <th>Over when</th>
                  <th>Taken back by</th>
                </tr>
              </thead>
              <tbody>
                ${rollout.phases.map(
                  (phase) =>
                    html`<tr>
                      <td>${phase.name}</td>
                      <td>${phase.entry}</td>
                      <td>${phase.exit}</td>
                      <td>${phase.rollback}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
    }
  </details>`;
}

function renderStatements({
  server,
  tables,
  statements,
}: NonNullable<ReportDatabaseChange['rehearsal']>): Html {
  const { shown, left } = tellingStatements(statements);
  return html`<h3>On a replica</h3>
    <p>${server}: ${tables.map(({ table, rows }) => `${table} ${String(rows)} rows`).join(', ')}</p>
    <table>
      <thead>
        <tr>
          <th>Statement</th>
          <th></th>
          <th>Lock</th>
          <th>Ran</th>
          <th>Readers waited</th>
          <th>Writers waited</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (row) =>
            html`<tr>
              <td><code>${row.sql.replace(/\s+/g, ' ').slice(0, 160)}</code></td>
              <td>${row.direction}</td>
              <td>${row.lock ?? 'none'}</td>
              <td>${ms(row.runMs)}</td>
              <td>${ms(row.readersBlockedMs)}</td>
              <td>${ms(row.writersBlockedMs)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${left === 0 ? null : html`<p>${String(left)} more statements locked nothing and were shorter.</p>`}`;
}
