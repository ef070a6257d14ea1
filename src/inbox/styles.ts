/** What the pages need beside the style sheet of the report: forms, notices, diffs in two columns or one. */
export const STYLES = `
:root { --accent: #2456b8; --on-accent: #ffffff; --gone: #fdeceb; --came: #e7f6ec; }
@media (prefers-color-scheme: dark) { :root { --accent: #9ab8ff; --on-accent: #10151d; --gone: #3a1f20; --came: #16301f; } }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
main, header.top { overflow-wrap: anywhere; }
h2 { margin-top: 1.75rem; }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.skip:focus { display: inline-block; padding: .5rem 1rem; }
header.top { max-width: 70rem; margin: 0 auto; padding: .75rem 1rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem;
  justify-content: space-between; }
header.top nav a { font-weight: 600; }
main { padding-top: 1rem; }
ul.links { list-style: none; padding: 0; margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
ol.waiting { padding-left: 1.4rem; } ol.waiting li { margin: .6rem 0; } ol.waiting a { font-weight: 600; }
ol.waiting p { margin: .1rem 0; font-size: .925rem; }
ol.events { list-style: none; padding: 0; font-size: .925rem; } ol.events time { color: var(--faint); }
.notice, .problem, .decided, .confirm { background: var(--panel); border: 1px solid var(--line);
  border-left: .35rem solid var(--pass); border-radius: 6px; padding: .6rem .8rem; margin: .75rem 0; }
.problem, .confirm { border-left-color: var(--fail); } .confirm h2 { margin: 0 0 .5rem; border: 0; }
blockquote { margin: .5rem 0; padding-left: .8rem; border-left: .25rem solid var(--line); white-space: pre-line; }
label { display: block; font-weight: 600; margin: .8rem 0 .25rem; }
textarea, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint);
  border-radius: 6px; padding: .5rem; width: 100%; max-width: 44rem; }
textarea.code { font: .875rem/1.45 ui-monospace, monospace; max-width: none; }
button { font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent);
  border-radius: 6px; padding: .55rem 1rem; min-height: 2.75rem; cursor: pointer; text-align: left; max-width: 100%; }
button.plain { color: var(--accent); background: transparent; }
button.ends { color: var(--fail); background: transparent; border-color: var(--fail); }
button:hover { filter: brightness(1.1); }
ul.options { list-style: none; padding: 0; } ul.options li { margin: 1rem 0; } ul.options p { margin: .25rem 0; }
.confirm a { margin-left: 1rem; display: inline-block; padding: .55rem 0; }
.state { white-space: nowrap; font-weight: 600; color: var(--faint); }
.state.awaiting-human, .state.awaiting-approval, .state.shared, .state.suspended, .state.paused { color: var(--review); }
.state.delivered, .state.merged, .state.approved, .state.tested { color: var(--pass); }
.state.failed, .state.aborted, .state.cancelled, .state.refused, .state.changes-requested { color: var(--fail); }
.scroll th, .scroll td { min-width: 4.5rem; overflow-wrap: break-word; } .scroll td:first-child { min-width: 11rem; }
iframe { width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
details.file > div { padding: 0; margin-bottom: .75rem; }
summary.words::before { content: '▸ ' / ''; color: var(--faint); } details[open] > summary.words::before { content: '▾ ' / ''; }
.diff { font: .8125rem/1.45 ui-monospace, monospace; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.diff .row { display: grid; grid-template-columns: 1fr 1fr; }
.diff .hunk { display: block; background: var(--panel); color: var(--faint); padding: .1rem .5rem; }
.diff .before, .diff .after { display: flex; min-width: 0; } .diff .after { border-left: 1px solid var(--line); }
.diff .line { flex: none; width: 3.5rem; padding-right: .6rem; text-align: right; color: var(--faint); user-select: none; }
.diff .text { flex: 1; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; text-decoration: none; }
.diff .changed .before:not(.none) { background: var(--gone); } .diff .changed .after:not(.none) { background: var(--came); }
.diff .none { background: var(--panel); }
@media (max-width: 48rem) {
  .diff .row { grid-template-columns: 1fr; } .diff .after { border-left: 0; }
  .diff .same .before, .diff .none { display: none; }
  .diff .line { width: 2.6rem; }
  .diff .changed .before .text::before { content: '- '; } .diff .changed .after .text::before { content: '+ '; }
  .state { white-space: normal; } .scroll th, .scroll td { min-width: 3.25rem; } .scroll td:first-child { min-width: 8rem; }
  dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: .4rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;

export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2456b8" d="M1 2h14v12H1z"/><path fill="none" stroke="#fff" stroke-width="1.5" d="M3 8h3l1 2h2l1-2h3"/></svg>';
