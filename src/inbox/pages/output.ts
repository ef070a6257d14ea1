import type { FailingReceipt } from '../../domain/quality-gate/failing';
import { html } from '../../html/html';
import { leftOutOf, type WholeOutput } from '../../process/whole-output';
import { pathOf } from '../overview';
import { frame, pre } from './frame';

/** The output of a program that a receipt names, as long as it is. */
export function outputPage(view: {
  readonly owner: string;
  readonly question: string;
  readonly receipt: FailingReceipt;
  readonly output: WholeOutput;
  readonly by: string;
}): string {
  const { owner, question, receipt, output, by } = view;
  const left = leftOutOf(output);
  const title = `${receipt.subject}: the whole output of ${receipt.checker}`;
  return frame({
    title,
    by,
    body: html`<p class="muted"><a href="${pathOf(owner)}/questions/${question}">${question}</a></p>
      <h1>${title}</h1>
      ${left === null ? '' : html`<p class="muted">${left}</p>`} ${pre(output.text)}`,
  });
}
