import { prospects } from '../../domain/escalation/for-whom';
import { subjectOf } from '../../domain/objective/waits';
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
        <a id="decide-${href}" href="${href}">${titleOf(one)}</a>
        <p class="muted">
          ${kindOf(one)}, for
          ${lasted(one.raisedAt, now)}${one.kind === 'question' ? `; recommended: ${one.recommended}` : ''}
          ${prospects(one).map((line) => html`<br />${line}`)}
          ${named ? html`<br /><code>${one.objective}</code>` : ''}
        </p>
      </li>`;
    })}
  </ol>`;
}

function titleOf({ kind, id, question }: Waiting): string {
  switch (kind) {
    case 'question':
      return firstLine(question, 300);
    case 'plan':
      return `Review the plan, version ${id.replace(/^plan-v/, '')}`;
    case 'contract':
      return `Review the API contract ${subjectOf({ kind, id })}`;
  }
}

function kindOf({ kind, id, trigger }: Waiting): string {
  return kind === 'question' ? `${id}, ${trigger ?? kind}` : `${kind} review`;
}
