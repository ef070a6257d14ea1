import { html, type Html } from '../../html/html';
import type { Report } from '../../domain/objective/report';
import { readTimeline, type TimelineRow } from '../timeline';

const CHART = { left: 120, width: 820, row: 26, bar: 14, top: 22 } as const;
const TICKS = 5;

/** When each task was worked on, at which level, and when it waited for a human. */
export function renderTimeline(report: Pick<Report, 'events' | 'decisions' | 'tasks' | 'writtenAt'>): Html {
  const rows = readTimeline(report);
  if (rows.length === 0) return html`<p class="muted">No task was started.</p>`;
  const from = Math.min(...rows.map((row) => row.from));
  const to = Math.max(from + 1000, ...rows.map((row) => row.to));
  const x = (at: number): number => CHART.left + ((at - from) / (to - from)) * CHART.width;
  const height = CHART.top + rows.length * CHART.row;
  const width = CHART.left + CHART.width + 10;
  return html`<div class="legend" aria-hidden="true">
      <span><i class="l0"></i>first attempt</span>
      <span><i class="l1"></i>level 1, self-recovery</span>
      <span><i class="l2"></i>level 2, peer</span>
      <span><i class="l3"></i>level 3, coordinator</span>
      <span><i class="wait"></i>waiting for a human</span>
      <span><i class="merging"></i>gate and merge</span>
    </div>
    <div class="scroll" id="region-chart" tabindex="0" role="region" aria-label="Chart of the timeline">
      <svg
        role="img"
        aria-label="Timeline of ${rows.length} tasks over ${seconds(to - from)}"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        ${Array.from({ length: TICKS + 1 }, (_, tick) => {
          const at = from + ((to - from) * tick) / TICKS;
          return html`<line class="axis" x1="${x(at)}" x2="${x(at)}" y1="${CHART.top - 4}" y2="${height}" />
            <text class="muted" x="${x(at)}" y="12" text-anchor="${tick === TICKS ? 'end' : 'start'}">
              ${seconds(at - from)}
            </text>`;
        })}
        ${rows.map((row, index) => renderRow(row, CHART.top + index * CHART.row, x))}
      </svg>
    </div>`;
}

function renderRow(row: TimelineRow, y: number, x: (at: number) => number): Html {
  const bar = (from: number, to: number, name: string, title: string): Html =>
    html`<rect
      class="${name}"
      x="${x(from)}"
      y="${y + 4}"
      width="${Math.max(2, x(to) - x(from))}"
      height="${CHART.bar}"
      rx="2"
    >
      <title>${title}</title>
    </rect>`;
  return html`<text x="0" y="${y + 15}">${row.taskId}</text>
    ${bar(row.from, row.to, 'merging', `${row.title}: ${seconds(row.to - row.from)}`)}
    ${row.stretches.map((stretch) =>
      bar(
        stretch.from,
        stretch.to,
        stretch.kind === 'waiting' ? 'wait' : `l${String(stretch.level)}`,
        `${stretch.label}: ${seconds(stretch.to - stretch.from)}`,
      ),
    )}`;
}

function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  if (whole < 120) return `${String(whole)} s`;
  if (whole < 7200) return `${String(Math.round(whole / 60))} min`;
  return `${(whole / 3600).toFixed(1)} h`;
}
