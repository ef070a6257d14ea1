import { html, type Html } from '../../html/html';
import { pathOfWaiting, type Waiting } from '../overview';
import { firstLine, lasted } from './words';

/** What waits for a decision, as links, in the order given. `named`: with the objective each belongs to. */
export function waitingList(
  waiting: readonly Waiting[],
  now: string,
  { named }: { readonly named: boolean },
): Html {
  if (waiting.length === 0) return html`<p class="muted">No decision is open.</p>`;
  return html`<ol class="waiting">
    ${waiting.map((one) => {
      const href = pathOfWaiting(one);
      return html`<li>
        <a id="to-${href}" href="${href}">${titleOf(one)}</a>
        <p class="muted">
          ${kindOf(one)}, for ${lasted(one.since, now)}${recommendedOf(one)}
          ${named ? html`<br /><code>${one.id}</code>` : ''}
        </p>
      </li>`;
    })}
  </ol>`;
}

function titleOf(waiting: Waiting): string {
  switch (waiting.kind) {
    case 'question':
      return firstLine(waiting.escalation.question, 300);
    case 'plan':
      return `Review the plan, version ${String(waiting.version)}`;
    case 'contract':
      return `Review the API contract ${waiting.name}`;
  }
}

function kindOf(waiting: Waiting): string {
  return waiting.kind === 'question'
    ? `${waiting.escalation.id}, ${waiting.escalation.trigger}`
    : `${waiting.kind} review`;
}

function recommendedOf(waiting: Waiting): string {
  if (waiting.kind !== 'question') return '';
  const { options, recommended } = waiting.escalation;
  const option = options.find(({ id }) => id === recommended);
  return option === undefined ? '' : `; recommended: ${firstLine(option.label, 80)}`;
}
