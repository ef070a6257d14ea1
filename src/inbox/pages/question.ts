import {
  GIVES_UP,
  type Decision,
  type Escalation,
  type EscalationOption,
} from '../../domain/escalation/escalation';
import { prospects } from '../../domain/escalation/for-whom';
import { isRaise, suggestedUsd } from '../../domain/escalation/raise-budget';
import { mention } from '../../domain/department/specialists';
import type { TaskStatus } from '../../domain/objective/status';
import { html, type Html } from '../../html/html';
import { pathOf } from '../overview';
import type { OpenQuestion } from '../read-question';
import { kept } from '../visible';
import { renderDiff } from './diff';
import { csrfField, frame, pre, problem, table } from './frame';
import { firstLine, instant, lasted } from './words';

/** What was filled in before, so that nothing has to be written twice. */
interface Draft {
  readonly guidance: string;
  readonly assignee: string;
  /** A new budget; null: none was written. */
  readonly usd: string | null;
}

export interface QuestionView {
  readonly question: OpenQuestion;
  readonly by: string;
  readonly csrf: string;
  readonly notice: string | null;
  /** Why the last try came to nothing. */
  readonly refused: string | null;
  readonly draft: Draft;
  /** Number of the option that is to be confirmed; null: none was chosen. */
  readonly confirm: number | null;
}

/** One question with all there is to decide it by. */
export function questionPage(view: QuestionView): string {
  const { question, by, notice, refused } = view;
  const { owner, escalation, decision, title, now } = question;
  const base = pathOf(owner);
  return frame({
    title: firstLine(escalation?.question ?? question.id, 80),
    by,
    notice,
    ...(escalation === null ? {} : { live: `${base}/questions/${question.id}/live` }),
    body: html`<p class="muted"><a href="${base}">${firstLine(title)}</a></p>
      ${
        escalation === null
          ? html`<h1>${question.id}</h1>`
          : html`<h1>${escalation.question}</h1>
              <p class="muted">
                ${question.id} · ${escalation.trigger} · open for ${lasted(escalation.raisedAt, now)}, since
                ${instant(escalation.raisedAt)}${prospects(escalation).map((line) => html`<br />${line}`)}
              </p>`
      }
      ${problem(refused)}
      <div id="standing" role="status">${standingOf(decision, escalation)}</div>
      ${escalation === null ? '' : renderOpen(view, escalation)}`,
  });
}

/** Whether it is still open, and who decided it otherwise. */
export function standingOf(decision: Decision | null, escalation: Escalation | null): Html {
  if (decision !== null) {
    const { decision: kind, assignee, by, decidedAt, guidance } = decision;
    return html`<p class="decided">
        Decided: <b>${kind}</b>${assignee === null ? '' : ` to ${mention(assignee)}`} by ${by},
        ${instant(decidedAt)}.
      </p>
      ${guidance === null ? '' : html`<blockquote>${guidance}</blockquote>`}`;
  }
  return escalation === null
    ? html`<p>There is no such question, or it was withdrawn.</p>`
    : html`<p class="unseen">This question is open.</p>`;
}

function renderOpen(view: QuestionView, escalation: Escalation): Html {
  const { question, confirm } = view;
  return html`${confirm === null ? '' : renderConfirm(view, escalation, confirm)}
    <section aria-labelledby="evidence-title">
      <h2 id="evidence-title">Evidence</h2>
      ${
        escalation.evidence.length === 0 && question.failing === null
          ? html`<p class="muted">None was given.</p>`
          : ''
      }
      ${escalation.evidence.map(pre)}
      ${question.diff === null ? '' : html`<p><a href="#changes-title">What was changed</a></p>`}
      ${renderFailing(question)}
    </section>
    ${confirm === null ? renderForm(view, escalation) : ''} ${renderAsked(question.task)}
    ${renderPrecedents(question)} ${renderChanges(question)}`;
}

/** What fails, each with the whole outputs behind it. */
function renderFailing({ failing, notes, owner, id }: OpenQuestion): Html {
  const { red = [], receipts = [] } = failing ?? {};
  return html`${red.map(
    ({ subject, excerpt }) =>
      html`<h3>${subject}</h3>
        ${pre(excerpt)}
        ${receipts
          .filter((receipt) => receipt.subject === subject)
          .flatMap(({ checker, outputs }) =>
            outputs.map(
              (ref) =>
                html`<p>
                  <a href="${pathOf(owner)}/questions/${id}/output/${ref}">The whole output of ${checker}</a>
                </p>`,
            ),
          )}`,
  )}
  ${notes.map((note) => html`<p class="muted">${note}</p>`)}`;
}

function renderForm({ question, csrf, draft }: QuestionView, escalation: Escalation): Html {
  const reassigns = escalation.options.some(({ decision }) => decision === 'reassign');
  const accepts = escalation.options.some(({ decision }) => decision === 'accept');
  return html`<section aria-labelledby="decide-title">
    <h2 id="decide-title">Your decision</h2>
    <form method="post" action="${pathOf(question.owner)}/questions/${question.id}">
      ${csrfField(csrf)}
      <input type="hidden" name="raised" value="${escalation.raisedAt}" />
      <label for="guidance">Guidance for whoever goes on</label>
      <textarea id="guidance" name="guidance" rows="4" maxlength="8000" aria-describedby="guidance-help">
${kept(draft.guidance)}</textarea>
      <p id="guidance-help" class="muted">
        ${accepts ? 'Accepting needs it: say why this is acceptable. ' : ''}Everybody who reads the report
        sees it.
      </p>
      ${
        reassigns
          ? html`<label for="assignee">Who takes over, where it is handed on</label>
              <select id="assignee" name="assignee">
                <option value="">nobody chosen</option>
                ${question.roster.map(
                  (role) =>
                    html`<option value="${role}" ${role === draft.assignee ? html`selected` : ''}>
                      ${mention(role)}
                    </option>`,
                )}
              </select>`
          : ''
      }
      <ul class="options">
        ${escalation.options.map(
          (option, index) =>
            html`<li>
              ${isRaise(escalation, { decision: option.decision, option: option.id }) ? renderBudget(question, draft) : ''}
              <button
                class="${weightOf(escalation, option)}"
                name="option"
                value="${index}"
                aria-describedby="option-${index}"
              >
                ${option.label}
              </button>
              <p id="option-${index}">
                <b>${option.decision}</b
                >${option.id === escalation.recommended ? html`, <b>recommended</b>` : ''}:
                ${option.consequence}
              </p>
            </li>`,
        )}
      </ul>
    </form>
  </section>`;
}

/** Text, not a number: what is in it must not keep the other buttons from being pressed. */
function renderBudget({ standing }: OpenQuestion, { usd }: Draft): Html {
  const suggested = standing === null ? '' : String(suggestedUsd(standing));
  return html`<label for="usd">New budget in US dollars</label>
    <input
      id="usd"
      name="usd"
      inputmode="decimal"
      autocomplete="off"
      maxlength="20"
      value="${usd ?? suggested}"
      aria-describedby="usd-help"
    />
    <p id="usd-help" class="muted">
      ${standing === null ? '' : `${standing.spentUsd.toFixed(2)} of ${String(standing.budgetUsd)} are spent. `}It
      is sent without guidance.
    </p>`;
}

/** How much a button stands out. */
function weightOf({ recommended }: Escalation, { id, decision }: EscalationOption): string {
  if (GIVES_UP.has(decision)) return 'ends';
  return id === recommended ? 'first' : 'plain';
}

/** Asks once more before work is given up; the words go along. */
function renderConfirm(
  { question, csrf, draft }: QuestionView,
  escalation: Escalation,
  index: number,
): Html | '' {
  const option = escalation.options[index];
  if (option === undefined) return '';
  const action = `${pathOf(question.owner)}/questions/${question.id}`;
  return html`<section class="confirm" role="alert" aria-labelledby="confirm-title">
    <h2 id="confirm-title">${option.label}?</h2>
    <p>${option.consequence}</p>
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      <input type="hidden" name="raised" value="${escalation.raisedAt}" />
      <input type="hidden" name="guidance" value="${kept(draft.guidance)}" />
      <input type="hidden" name="assignee" value="${draft.assignee}" />
      <input type="hidden" name="confirmed" value="yes" />
      <button name="option" value="${index}">Yes: ${option.label}</button>
      <a href="${action}">No, back to the question</a>
    </form>
  </section>`;
}

/** Attempts and advice before this came to a human. */
function renderAsked(task: TaskStatus | null): Html | '' {
  if (task === null || task.attempts.length === 0) return '';
  return html`<section aria-labelledby="asked-title">
    <h2 id="asked-title">Who tried and who was asked before</h2>
    ${table(
      'Attempts',
      ['Attempt', 'Level', 'Specialist', 'Because', 'Came to'],
      task.attempts.map(({ number, level, specialist, because, outcome, summary }) => [
        number,
        `L${String(level)}`,
        mention(specialist),
        because === '' ? 'it was the first' : because,
        summary === '' ? outcome : summary,
      ]),
    )}
  </section>`;
}

function renderPrecedents({ precedents }: OpenQuestion): Html | '' {
  if (precedents.length === 0) return '';
  return html`<section aria-labelledby="precedents-title">
    <h2 id="precedents-title">Decided before, for the same reason</h2>
    ${table(
      'Decisions on questions of the same kind',
      ['Question', 'Decision', 'Guidance', 'By', 'When and where'],
      precedents.map(({ question, decision, guidance, by, person, repository, at }) => [
        firstLine(question),
        decision,
        guidance ?? '–',
        person ?? `${by}, who is not proven`,
        `${instant(at)}, ${repository}`,
      ]),
    )}
  </section>`;
}

function renderChanges({ diff, owner, task }: OpenQuestion): Html | '' {
  if (diff === null) return '';
  return html`<section aria-labelledby="changes-title">
    <h2 id="changes-title">What was changed</h2>
    ${
      diff.kind === 'diff'
        ? renderDiff(diff.text, `diff ${owner}${task === null ? '' : ` ${task.id}`}`)
        : html`<p class="muted">${diff.why}</p>`
    }
  </section>`;
}
