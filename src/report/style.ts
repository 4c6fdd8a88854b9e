/**
 * The look of the report: colours that the colour-blind can tell apart (Okabe & Ito 2008), dark where the reader's system is,
 * light on paper, one column on a phone.
 */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2126; --soft: #57606a; --line: #d5dae0; --shade: #f5f7f9;
  --ours: #0072b2; --orange: #c77700; --green: #00805d; --purple: #a8568a; --red: #c04a00; --grey: #6b7280;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e4e8ec; --soft: #a3adb8; --line: #343c45; --shade: #1c2228;
    --ours: #56b4e9; --orange: #e69f00; --green: #2fc79b; --purple: #d78fb8; --red: #ff8a4d; --grey: #98a2ae;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1080px; padding: 28px 20px 60px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: break-word;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .4rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; max-width: 46rem; }
.soft, figcaption p, .note, summary { color: var(--soft); }
.note { font-size: .875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 1.2rem 0; }
.tile { background: var(--shade); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .875rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 8px 40px; }
.small { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 8px 32px; }
figure { margin: 1rem 0; min-width: 0; }
figcaption p { font-size: .9rem; margin: .15rem 0 .5rem; }
.chart { display: block; width: 100%; max-width: 470px; height: auto; font-size: 13px; overflow: visible; --plot-background: var(--paper); }
.broad .chart { max-width: 600px; }
.small .chart { max-width: 360px; font-size: 12px; }
.chart text { white-space: pre; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: .4rem 0; padding: 0; font-size: .875rem; }
.legend svg { vertical-align: middle; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; margin: .5rem 0; }
th, td { padding: 5px 14px 5px 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
th:first-child { text-align: left; font-weight: inherit; }
thead th { color: var(--soft); font-weight: 600; }
td small { display: block; color: var(--soft); font-size: .8rem; }
tr.ours { background: var(--shade); }
.scores { width: 100%; }
.scores th:first-child { white-space: normal; }
.scores th:last-child, .scores td:last-child { padding-right: 4px; }
details { font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: .6rem 0; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
code { font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--shade); padding: 1px 5px; border-radius: 4px; }
@media (max-width: 480px) {
  body { padding: 18px 14px 40px; }
  .chart { font-size: 14px; }
  th, td { padding-right: 9px; }
  .scores { font-size: .82rem; }
  .scores th, .scores td { padding-right: 5px; }
  .scores thead th { white-space: normal; }
  .scores small { font-size: .7rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 6px; }
}
@media print {
  :root { font-size: 9.5pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  p { max-width: none; break-inside: avoid; }
  h2 { margin-top: 1rem; padding-top: .6rem; }
  figure { margin: .5rem 0; }
  .pair { grid-template-columns: 1fr 1fr; gap: 4px 24px; }
  .small { grid-template-columns: 1fr 1fr 1fr; gap: 4px 16px; }
  .chart { max-width: 300px; }
  .broad .chart { max-width: 380px; }
  .wide { overflow: visible; }
  .scores { font-size: 7.5pt; }
  .scores th, .scores td { padding: 2px 5px 2px 0; }
  .scores small { font-size: 6.5pt; }
  figure, .tiles, dl { break-inside: avoid; }
  h2, h3, section > p { break-after: avoid; }
  details { display: none; }
  .tile, tr.ours { border: 1px solid var(--line); }
}
`.trim()
