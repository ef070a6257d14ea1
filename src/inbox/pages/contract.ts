import type { ContractBundle } from '../../domain/contract/contract-bundle';
import type { ContractStatus } from '../../domain/contract/contract-status';
import { html, type Html } from '../../html/html';
import { pathOf } from '../overview';
import { kept } from '../visible';
import { csrfField, frame, problem, state, table } from './frame';

export interface ContractView {
  readonly id: string;
  readonly contract: ContractStatus;
  /** null: nothing was shared yet. */
  readonly bundle: ContractBundle | null;
  /** Whether somebody is waited for. */
  readonly waits: boolean;
  readonly by: string;
  readonly csrf: string;
  readonly notice: string | null;
  readonly refused: string | null;
  readonly comments: string;
}

/** An API contract as its newest bundle shows it, and where it waits the form that decides about it. */
export function contractPage(view: ContractView): string {
  const { id, contract, bundle, by, notice, refused } = view;
  return frame({
    title: `API contract ${contract.name}`,
    by,
    notice,
    body: html`<p class="muted"><a href="${pathOf(id)}">${id}</a></p>
      <h1>API contract ${contract.name}</h1>
      ${problem(refused)}
      <p>
        ${state(contract.state)} revision ${contract.revision}, hash <code>${contract.hash ?? '–'}</code>
        ${contract.by === null ? '' : `, last decided by ${contract.by}`}
      </p>
      ${
        contract.comments.length === 0
          ? ''
          : html`<ul>
              ${contract.comments.map((comment) => html`<li>${comment}</li>`)}
            </ul>`
      }
      ${bundle === null ? html`<p class="muted">It has not been shared yet.</p>` : renderBundle(view, bundle)}`,
  });
}

function renderBundle(view: ContractView, bundle: ContractBundle): Html {
  const reference = `${pathOf(view.id)}/contracts/${encodeURIComponent(view.contract.name)}/reference`;
  return html`${
      bundle.breaking.length === 0
        ? ''
        : html`<section aria-labelledby="breaking-title">
            <h2 id="breaking-title">Breaks clients</h2>
            <ul>
              ${bundle.breaking.map(({ where, what }) => html`<li><code>${where}</code> ${what}</li>`)}
            </ul>
          </section>`
    }
    ${view.waits ? renderForm(view) : html`<p class="muted">Nobody waits for a review of it now.</p>`}
    <section aria-labelledby="operations-title">
      <h2 id="operations-title">Operations</h2>
      ${table(
        'Operations of the contract',
        ['Operation', 'Summary'],
        bundle.operations.map(({ name, summary }) => [html`<code>${name}</code>`, summary]),
      )}
    </section>
    <section aria-labelledby="reference-title">
      <h2 id="reference-title">Reference</h2>
      <p><a href="${reference}">The reference page alone</a></p>
      <iframe
        sandbox=""
        src="${reference}"
        title="Reference page of ${view.contract.name}"
        loading="lazy"
      ></iframe>
    </section>`;
}

function renderForm({ id, contract, csrf, comments }: ContractView): Html {
  return html`<section aria-labelledby="decide-title">
    <h2 id="decide-title">Your decision</h2>
    <form method="post" action="${pathOf(id)}/contracts/${encodeURIComponent(contract.name)}">
      ${csrfField(csrf)}
      <input type="hidden" name="hash" value="${contract.hash ?? ''}" />
      <label for="comments">Comments</label>
      <textarea id="comments" name="comments" rows="4" maxlength="8000" aria-describedby="comments-help">
${kept(comments)}</textarea>
      <p id="comments-help" class="muted">What has to change; needed to ask for changes.</p>
      <ul class="options">
        <li>
          <button name="decision" value="approve" aria-describedby="approve-help">Approve</button>
          <p id="approve-help">This revision is locked, and work that waits for it starts.</p>
        </li>
        <li>
          <button name="decision" value="request-changes" aria-describedby="changes-help">
            Ask for changes
          </button>
          <p id="changes-help">It goes back to whoever designed it, with your comments.</p>
        </li>
      </ul>
    </form>
  </section>`;
}
