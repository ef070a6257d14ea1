import type { ObjectiveRow } from '../../domain/objective/standing';
import { html } from '../../html/html';
import { pathOf } from '../overview';
import { frame, problem, state } from './frame';
import { asWritten } from './unsent';
import { firstLine, instant } from './words';

/** What is known of an objective while no worker answers. */
export function recordedPage(
  row: ObjectiveRow,
  {
    by,
    notice,
    hasReport,
    refused,
    filled,
  }: {
    readonly by: string;
    readonly notice: string | null;
    readonly hasReport: boolean;
    readonly refused: string | null;
    /** What was written into the form that was refused. */
    readonly filled: ReadonlyMap<string, string>;
  },
): string {
  return frame({
    title: firstLine(row.objective, 80),
    by,
    notice,
    body: html`<h1>${row.objective}</h1>
      ${problem(refused)} ${asWritten(filled)}
      <p>${state(row.state ?? (row.open ? 'open' : 'closed'))} since ${instant(row.startedAt)}</p>
      <p>No worker answers, so this is all there is to see; <code>worker</code> brings one.</p>
      ${hasReport ? html`<p><a href="${pathOf(row.objectiveId)}/report">Report</a></p>` : ''}`,
  });
}
