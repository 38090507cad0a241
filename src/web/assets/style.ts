import { PICTURE_COLOURS, PICTURE_STYLE } from '../picture/style.ts';

/** The style sheet of the page, sent within it: one response is the whole page, and a saved page keeps its looks. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #f4f5f7; --card: #fff; --text: #16191d; --soft: #545c66; --line: #d6dae0; --box: #f0f2f5;
  --bad: #b42318; --bad-back: #fdebe9; --warn: #8a5300; --warn-back: #fdf2dc; --good: #1a6e3c; --good-back: #e4f4ea; --link: #0b57b0;
  ${PICTURE_COLOURS.light}
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1216; --card: #181c22; --text: #e7eaee; --soft: #a3acb8; --line: #333b46; --box: #10141a;
    --bad: #ff8a7d; --bad-back: #3a1613; --warn: #f2bd63; --warn-back: #35260b; --good: #74d69a; --good-back: #12301e; --link: #86b8ff;
    ${PICTURE_COLOURS.dark}
  }
}
* { box-sizing: border-box; }
/* The script keeps the place itself: not every browser does. */
html { overflow-anchor: none; scroll-padding-top: 6rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: anywhere; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre, td, tbody th { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .92em; overflow-wrap: anywhere; }
header { position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 1px solid var(--line); border-top: 6px solid var(--good); }
header.confirmed { border-top-color: var(--bad); }
header.suspected { border-top-color: var(--warn); }
main:focus { outline: none; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: .5rem; top: .5rem; z-index: 2; background: var(--card); padding: .75rem 1rem; border-radius: 6px; }
.bar, main, footer { max-width: 60rem; margin: 0 auto; padding: .5rem 1rem; }
.bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
.brand { color: var(--soft); font-weight: 600; text-decoration: none; padding: .25rem 0; }
h1 { margin: 0; font-size: 1.35rem; flex: 1; min-width: 12rem; }
.confirmed h1 { color: var(--bad); }
.suspected h1 { color: var(--warn); }
#live { margin: 0; color: var(--soft); font-variant-numeric: tabular-nums; }
.stale #live { background: var(--bad-back); color: var(--bad); font-weight: 600; padding: 0 .5rem; border-radius: 4px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0; }
.card > p:first-child { margin-top: 0; }
.card > p:last-child { margin-bottom: 0; }
.card.confirmed { border-left: 6px solid var(--bad); }
.card.suspected { border-left: 6px solid var(--warn); }
.card.resolved, .peace { border-left: 6px solid var(--good); }
h2 { font-size: 1.15rem; margin: .25rem 0; overflow-wrap: anywhere; }
h2 a { color: inherit; display: inline-block; padding: .15rem 0; }
h2 code { color: var(--soft); font-weight: 400; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.badges { margin: 0; color: var(--soft); }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 4px; font-size: .8rem; font-weight: 700; text-transform: uppercase; letter-spacing: .04em; background: var(--box); color: var(--soft); }
.badge.confirmed, .badge.critical { background: var(--bad-back); color: var(--bad); }
.badge.suspected, .badge.warning { background: var(--warn-back); color: var(--warn); }
.badge.resolved { background: var(--good-back); color: var(--good); }
.verdict { font-size: 1.05rem; margin: .5rem 0; overflow-wrap: anywhere; }
.versus { list-style: none; padding: 0; margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .1rem 1.5rem; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .5rem; margin: 1rem 0; }
.tiles div { background: var(--box); border-radius: 6px; padding: .5rem .75rem; min-width: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; line-height: 1.3; }
dd small { display: block; font-size: .85rem; font-weight: 400; color: var(--soft); }
.timeline { margin: 1rem 0; }
.timeline > svg { display: block; width: 100%; height: auto; }
.timeline > svg.narrow { display: none; }
figcaption { font-size: .9rem; color: var(--soft); overflow-wrap: anywhere; }
.key { vertical-align: -1px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1rem; }
${PICTURE_STYLE}.remedy { border-top: 1px solid var(--line); margin-top: 1rem; }
.steps-list { padding-left: 1.4rem; }
.steps-list p { margin: .5rem 0; }
.more { display: inline-block; padding: .5rem 0; font-weight: 600; }
.more::after { content: ' →'; }
.more.back::before { content: '← '; }
.more.back::after, .more[rel=prev]::after { content: ''; }
.tools { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: space-between; margin-top: .5rem; }
.button { display: inline-block; padding: .45rem 1rem; font-weight: 600; text-decoration: none; background: var(--card); border: 1px solid var(--link); border-radius: 6px; }
.pages { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; }
.in { color: var(--soft); }
.where { background: var(--box); border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem; font-size: .85rem; white-space: nowrap; }
.note { color: var(--soft); font-size: .92rem; overflow-wrap: anywhere; }
.careful { background: var(--warn-back); border-radius: 6px; padding: .5rem .75rem; overflow-wrap: anywhere; }
.careful strong { color: var(--warn); }
.copybox { position: relative; margin: .5rem 0; }
pre { margin: 0; padding: .6rem .75rem; background: var(--box); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; font-size: .87rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 22rem; }
.copybox button { display: block; margin: .35rem 0 0; min-height: 2.5rem; padding: .25rem 1rem; font: inherit; font-weight: 600; color: var(--link); background: var(--card); border: 1px solid var(--link); border-radius: 6px; cursor: pointer; }
.copybox button[hidden] { display: none; }
summary { cursor: pointer; padding: .4rem 0; color: var(--link); font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
tbody th { font-weight: 400; color: inherit; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
.state.interrupted, .state.forbidden { color: var(--bad); font-weight: 600; }
.entries { list-style: none; padding: 0; margin: 0; }
.entries li { padding: .5rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.entries li:last-child { border-bottom: 0; }
.entries .note { display: block; }
.entries a { display: inline-block; padding: .15rem 0; }
footer { color: var(--soft); padding-bottom: 2rem; }
footer a { display: inline-block; padding: .5rem 1rem .5rem 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
@media (max-width: 40rem) {
  .bar, main, footer { padding-left: .75rem; padding-right: .75rem; }
  .card { padding: .75rem; margin: .75rem 0; }
  .tiles { grid-template-columns: 1fr 1fr; }
  h1 { order: 3; flex: 1 0 100%; font-size: 1.15rem; }
  #live { margin-left: auto; }
  .timeline > svg.wide { display: none; }
  .timeline > svg.narrow { display: block; }
  .copybox button { width: 100%; min-height: 2.75rem; }
  .button { padding: .6rem .75rem; }
  summary, .more { padding: .6rem 0; }
  .entries .note { font-size: .87rem; }
}
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto !important; transition: none !important; animation: none !important; } }
.incident header { position: static; border-top: 0; }
.incident pre { max-height: none; }
@media print {
  :root { color-scheme: light; --back: #fff; --card: #fff; --text: #000; --soft: #444; --line: #bbb; --box: #fff; --bad: #b42318; --warn: #8a5300; --good: #1a6e3c; --bad-back: #fdebe9; --warn-back: #fdf2dc; --good-back: #e4f4ea; --link: #000; ${PICTURE_COLOURS.light} }
  body { font-size: 11pt; }
  header { position: static; border-top-width: 2px; }
  .copybox button, .tools, .skip, footer a, #live { display: none; }
  .card { border-width: 1px 0 0; border-radius: 0; padding: .5rem 0; }
  .bar, main, footer { max-width: none; padding: 0; }
  pre { max-height: none; font-size: 8.5pt; }
  .timeline > svg.wide { display: block; }
  .timeline > svg.narrow { display: none; }
  .timeline, .tiles div, .copybox, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  table { font-size: 8pt; }
  td:last-child { white-space: normal; }
  .careful { border: 1px solid var(--line); }
}
`;

/** Two ends of a rope, pulled apart. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#16191d"/><path d="M4 16h24" stroke="#e7eaee" stroke-width="3"/><rect x="5" y="11" width="8" height="10" fill="#ff9a62"/><circle cx="23" cy="16" r="5" fill="#7cb0ff"/><path d="M17 10v12" stroke="#ff8a7d" stroke-width="3"/></svg>
`;
