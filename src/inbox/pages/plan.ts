import { mention } from '../../domain/department/specialists';
import type { Plan, PlanTask } from '../../domain/plan/plan';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { html, type Html } from '../../html/html';
import { pathOf } from '../overview';
import type { Pictures } from '../pictures';
import { kept } from '../visible';
import { csrfField, frame, problem, table } from './frame';
import { firstLine } from './words';

export interface PlanView {
  readonly status: ObjectiveStatus;
  readonly plan: Plan;
  readonly version: number;
  readonly by: string;
  readonly csrf: string;
  readonly notice: string | null;
  readonly refused: string | null;
  readonly comment: string;
  /** The plan as people edit it, and the version it was written from; null: it cannot be edited here. */
  readonly edit: { readonly text: string; readonly version: number } | null;
}

/** A plan with every delegation, and where it waits the form that decides about it. */
export function planPage(view: PlanView, pictures: Pictures): string {
  const { status, plan, version, by, notice, refused } = view;
  const waits = status.state === 'awaiting-approval';
  return frame({
    title: `Plan, version ${String(version)}`,
    by,
    notice,
    body: html`<p class="muted"><a href="${pathOf(status.objectiveId)}">${firstLine(status.objective)}</a></p>
      <h1>Plan, version ${version}</h1>
      ${problem(refused)}
      <p>${plan.summary}</p>
      ${
        waits
          ? renderForm(view)
          : html`<p class="muted">It does not wait for a review; the objective is ${status.state}.</p>
              ${renderEdit(view)}`
      }
      <section aria-labelledby="graph-title">
        <h2 id="graph-title">Graph</h2>
        ${pictures.planGraph(status.tasks)}
      </section>
      <section aria-labelledby="table-title">
        <h2 id="table-title">Tasks</h2>
        ${table(
          'Tasks of the plan',
          ['Task', 'Specialist', 'Kind', 'Priority', 'After'],
          plan.tasks.map((task) => [
            html`<a href="#${task.id}">${task.id}</a> ${task.title}`,
            mention(task.specialist),
            task.kind,
            task.priority,
            task.dependsOn.join(', '),
          ]),
        )}
      </section>
      <section aria-labelledby="delegations-title">
        <h2 id="delegations-title">What each specialist is told</h2>
        ${plan.tasks.map(renderTask)}
      </section>`,
  });
}

function renderForm(view: PlanView): Html {
  const { status, version, csrf, comment } = view;
  const action = `${pathOf(status.objectiveId)}/plan`;
  return html`<section aria-labelledby="decide-title">
    <h2 id="decide-title">Your decision</h2>
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      <input type="hidden" name="version" value="${version}" />
      <label for="comment">Comment</label>
      <textarea id="comment" name="comment" rows="3" maxlength="8000" aria-describedby="comment-help">
${kept(comment)}</textarea>
      <p id="comment-help" class="muted">What the department should know; recorded with your decision.</p>
      <ul class="options">
        <li>
          <button name="decision" value="approve" aria-describedby="approve-help">Approve</button>
          <p id="approve-help">The tasks start, and money is spent on them.</p>
        </li>
        <li>
          <button name="decision" value="reject" aria-describedby="reject-help">Reject</button>
          <p id="reject-help">The objective ends without a delivery.</p>
        </li>
      </ul>
    </form>
    ${renderEdit(view)}
  </section>`;
}

function renderEdit({ status, version, csrf, edit }: PlanView): Html | '' {
  if (edit === null) return '';
  return html`<form method="post" action="${pathOf(status.objectiveId)}/plan">
    ${csrfField(csrf)}
    <input type="hidden" name="version" value="${edit.version}" />
    <label for="plan">The plan as YAML</label>
    <textarea id="plan" name="plan" rows="24" class="code" spellcheck="false" aria-describedby="plan-help">
${kept(edit.text)}</textarea>
    <p id="plan-help" class="muted">It is checked by the same rules as the plan of the coordinator.</p>
    ${
      edit.version === version
        ? html`<p><button class="plain" name="decision" value="edit">Save the edited plan</button></p>`
        : html`<p>
            What you wrote is kept here, but it changes version ${edit.version}. Copy what you need and
            <a href="${pathOf(status.objectiveId)}/plan">edit version ${version}</a>.
          </p>`
    }
  </form>`;
}

function renderTask(task: PlanTask): Html {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['Requirements', task.requirements],
    ['Acceptance criteria', task.acceptanceCriteria],
    ['Expected output', task.expectedOutput],
    ['Success criteria', task.successCriteria],
    ['Files of its own', task.owns],
    ['Files it shares', task.shares],
    ['Items of the gate', task.gateItems],
  ];
  return html`<details id="${task.id}">
    <summary class="words"><b>${task.id}</b> ${task.title}</summary>
    <div>
      <p>${task.objective}</p>
      ${lists.map(([name, lines]) =>
        lines.length === 0
          ? ''
          : html`<h3>${name}</h3>
              <ul>
                ${lines.map((line) => html`<li>${line}</li>`)}
              </ul>`,
      )}
    </div>
  </details>`;
}
