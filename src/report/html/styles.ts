/** The one style sheet of the HTML report: light and dark, from a phone's width up, without anything fetched. */
export const STYLES = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2330; --faint: #5b6678; --line: #d7dce5;
  --panel: #f5f7fa; --pass: #17753c; --fail: #b3261e; --review: #8a5a00; --none: #5b6678; --waived: #5f3dc4;
  --bar0: #3b6fd4; --bar1: #8a5a00; --bar2: #6f42c1; --bar3: #b3261e; --wait: #b8860b; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e6e9ef; --faint: #9aa5b8; --line: #333c4a;
  --panel: #1c222c; --pass: #5cc98a; --fail: #ff8a80; --review: #e0b050; --none: #9aa5b8; --waived: #b197fc;
  --bar0: #7aa2f7; --bar1: #e0b050; --bar2: #b197fc; --bar3: #ff8a80; --wait: #d8b24a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .5rem 0; }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; margin: .4rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .75rem 0; }
dl.facts dt { color: var(--faint); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.card b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.card > span { color: var(--faint); font-size: .875rem; }
details { border-bottom: 1px solid var(--line); }
details > summary { cursor: pointer; padding: .4rem 0; display: grid; grid-template-columns: 2rem 1fr auto; gap: .5rem;
  align-items: baseline; list-style: none; }
details > summary::-webkit-details-marker { display: none; }
details > summary:focus-visible { outline: 2px solid var(--bar0); outline-offset: 2px; }
details > div { padding: 0 0 .75rem 2.5rem; }
details > summary.words { display: block; }
summary .demand { color: var(--faint); }
.verdict { font-weight: 600; white-space: nowrap; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .needs-review { color: var(--review); }
.not-applicable { color: var(--none); } .waived { color: var(--waived); }
ul.findings { margin: .3rem 0; padding-left: 1.2rem; }
.muted { color: var(--faint); }
svg { display: block; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg text.muted { fill: var(--faint); }
svg .node { fill: var(--panel); stroke: var(--line); } svg .edge { fill: none; stroke: var(--faint); }
svg .axis { stroke: var(--line); } svg .wait { fill: var(--wait); opacity: .45; }
svg .l0 { fill: var(--bar0); } svg .l1 { fill: var(--bar1); } svg .l2 { fill: var(--bar2); }
svg .l3, svg .l4 { fill: var(--bar3); } svg .merging { fill: var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .875rem; color: var(--faint); margin: .4rem 0; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .35rem; }
.legend .l0 { background: var(--bar0); } .legend .l1 { background: var(--bar1); } .legend .l2 { background: var(--bar2); }
.legend .l3 { background: var(--bar3); } .legend .wait { background: var(--wait); } .legend .merging { background: var(--line); }
@media (max-width: 36rem) { details > summary { grid-template-columns: 1.6rem 1fr; }
  details > summary .verdict { grid-column: 2; } details > div { padding-left: 0; } }
@media print { details > div { display: block; } main { max-width: none; } }
`;
