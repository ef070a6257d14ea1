import { html, type Html } from '../../html/html';
import { assertNever } from '../../domain/common/assert-never';
import { GATE_SECTIONS } from '../../domain/quality-gate/gate-items';
import type { Checker, Evidence, GateFinding, Receipt } from '../../domain/quality-gate/receipt';
import type { ReportGate } from '../../domain/objective/report';

const MOST_FINDINGS = 30;

/** The 40 items by section, each with its evidence behind a click; what failed stands open. */
export function renderGate(gate: Omit<ReportGate, 'receipts'> | null): Html {
  if (gate === null) return html`<p>The gate did not run.</p>`;
  return html`<p>
      <b class="${gate.green ? 'pass' : 'fail'}">${gate.green ? 'Green' : 'Red'}</b>. Everything below speaks
      of the git tree <code>${gate.tree}</code>; a click on an item shows its evidence.
    </p>
    <h3>Before the items</h3>
    ${gate.preconditions.map((row) =>
      renderItem({ number: '', name: row.subject, demand: '', ...row, receipts: row.receipts ?? [] }),
    )}
    ${GATE_SECTIONS.filter(({ section }) => gate.items.some((item) => item.section === section)).map(
      (section) =>
        html`<h3>${section.title}</h3>
          ${gate.items
            .filter((item) => item.section === section.section)
            .map((item) =>
              renderItem({
                ...item,
                number: String(item.item),
                name: item.slug,
                receipts: item.receipts ?? [],
              }),
            )}`,
    )}`;
}

interface Shown {
  readonly number: string;
  readonly name: string;
  readonly demand: string;
  readonly verdict: string;
  readonly note: string;
  readonly checker: string | null;
  readonly isNew?: boolean | undefined;
  readonly receipts: readonly Receipt[];
}

function renderItem(shown: Shown): Html {
  const debt = shown.verdict === 'fail' && shown.isNew === false ? ' (on the base too)' : '';
  return html`<details ${shown.verdict === 'fail' ? 'open' : ''}>
    <summary>
      <span class="muted">${shown.number}</span>
      <span><b>${shown.name}</b> <span class="demand">${shown.demand}</span></span>
      <span class="verdict ${shown.verdict}">${shown.verdict}${debt}</span>
    </summary>
    <div>
      <p>${shown.note === '' ? 'Nothing was found.' : shown.note}</p>
      ${shown.receipts.map(renderReceipt)}
      ${shown.receipts.length === 0 ? html`<p class="muted">Nobody has looked at it.</p>` : ''}
    </div>
  </details>`;
}

function renderReceipt(receipt: Receipt): Html {
  const findings = receipt.findings ?? [];
  const more = findings.length - MOST_FINDINGS;
  return html`<h3>
      ${describeChecker(receipt.checker)}: <span class="${receipt.verdict}">${receipt.verdict}</span>
    </h3>
    <p class="muted">
      ${(receipt.durationMs / 1000).toFixed(1)} s from ${receipt.startedAt}, sandbox
      ${receipt.sandbox}${receipt.note === '' ? '' : `. ${receipt.note}`}
    </p>
    ${
      findings.length === 0
        ? ''
        : html`<ul class="findings">
            ${findings.slice(0, MOST_FINDINGS).map(renderFinding)}
            ${more > 0 ? html`<li>and ${more} more</li>` : ''}
          </ul>`
    }
    ${receipt.evidence.map(renderEvidence)}`;
}

function describeChecker(checker: Checker): string {
  switch (checker.kind) {
    case 'tool':
      return `${checker.name}${checker.version === null ? '' : ` ${checker.version}`}: ${checker.argv.join(' ')} (exit code ${checker.exitCode === null ? 'none' : String(checker.exitCode)})`;
    case 'rule':
      return `rule ${checker.name}`;
    case 'reviewer':
      return `reviewed by ${checker.name}${checker.offline ? ', answered by the offline model' : `, ${checker.model}`}`;
    case 'none':
      return 'nobody';
  }
}

function renderFinding({ text, file, line }: GateFinding): Html {
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${String(line)}`}`;
  return html`<li>${place === '' ? '' : html`<code>${place}</code> `}${text}</li>`;
}

function renderEvidence(evidence: Evidence): Html {
  switch (evidence.kind) {
    case 'output':
      return html`<pre>${evidence.excerpt}</pre>`;
    case 'source':
      return html`<p><code>${evidence.file}:${evidence.line}</code></p>
        <pre>${evidence.quote}</pre>`;
    case 'exchange':
      return html`<pre>${evidence.request}</pre>
        <pre>${evidence.response}</pre>`;
    case 'measurement':
      return html`<pre>${evidence.text}</pre>`;
    default:
      return assertNever(evidence);
  }
}
