import type { WatchRow } from '../../domain/standing';
import type { WatchStatus } from '../../domain/watch-status';
import { html } from '../../html/html';
import { pathOf } from '../overview';
import { frame, table } from './frame';
import { firstLine, instant } from './words';

/** How the watch over a deployment goes. */
export function watchPage(
  { watchId, objective, branch, commit, state }: WatchRow,
  status: WatchStatus | null,
  { by, notice }: { readonly by: string; readonly notice: string | null },
): string {
  return frame({
    title: `Deployment of ${firstLine(objective, 80)}`,
    by,
    notice,
    body: html`<h1>Deployment of: ${objective}</h1>
      <p>
        ${status?.outcome ?? status?.state ?? state ?? 'not known'} · branch ${branch} at
        <code>${commit.slice(0, 12)}</code>
      </p>
      ${
        status === null
          ? html`<p class="muted">
              No worker answers, so this is all there is to see; <code>worker</code> brings one.
            </p>`
          : html`<section aria-labelledby="questions-title">
                <h2 id="questions-title">Waits for a decision</h2>
                ${status.escalations.length === 0 ? html`<p class="muted">Nothing.</p>` : ''}
                <ol class="waiting">
                  ${status.escalations.map(
                    ({ id, question }) =>
                      html`<li><a href="${pathOf(watchId)}/questions/${id}">${firstLine(question)}</a></li>`,
                  )}
                </ol>
              </section>
              <section aria-labelledby="checks-title">
                <h2 id="checks-title">Checks</h2>
                ${table(
                  'Checks',
                  ['Check', 'Asked', 'Breaches', 'Not answered', 'Last'],
                  status.checks.map(({ name, asked, breaches, unanswered, last }) => [
                    name,
                    asked,
                    breaches,
                    unanswered,
                    last?.text ?? '–',
                  ]),
                )}
                ${
                  status.watchedUntil === null
                    ? ''
                    : html`<p class="muted">Watched until ${instant(status.watchedUntil)}.</p>`
                }
              </section>`
      }`,
  });
}
