/** The look of the map's page: the colours of the report, one for each of six corners, dark where the reader's system is. */
export const MAP_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2126; --soft: #57606a; --line: #d5dae0; --shade: #f5f7f9;
  --corner-0: #0072b2; --corner-1: #c77700; --corner-2: #00805d; --corner-3: #a8568a; --corner-4: #c04a00; --corner-5: #6f7300;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e4e8ec; --soft: #a3adb8; --line: #343c45; --shade: #1c2228;
    --corner-0: #56b4e9; --corner-1: #e69f00; --corner-2: #2fc79b; --corner-3: #d78fb8; --corner-4: #ff8a4d; --corner-5: #d6d048;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; max-width: 1400px; padding: 22px 20px 60px; background: var(--paper); color: var(--ink);
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .4rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .3rem 0; max-width: 52rem; }
.soft { color: var(--soft); }
.bar { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; margin: .8rem 0 .5rem; position: relative; }
.find { position: relative; flex: 1 1 260px; max-width: 420px; }
input[type=search] {
  width: 100%; font: inherit; padding: 7px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink);
}
:focus-visible { outline: 2px solid var(--corner-0); outline-offset: 2px; }
#found {
  position: absolute; z-index: 3; top: 100%; left: 0; right: 0; margin-top: 4px; max-height: 60vh; overflow: auto;
  background: var(--paper); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 6px 24px #0003;
}
#found button {
  display: block; width: 100%; padding: 6px 12px; border: 0; background: none; color: inherit; font: inherit; text-align: start; cursor: pointer;
}
#found button:hover, #found button:focus { background: var(--shade); outline-offset: -2px; }
#found b, #found span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#found span { color: var(--soft); font-size: .85rem; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; min-width: 0; }
legend { float: left; padding: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
label { display: inline-flex; align-items: center; gap: 6px; cursor: pointer; min-height: 28px; }
label small { flex: none; color: var(--soft); font-variant-numeric: tabular-nums; }
label svg { flex: none; }
.stage { position: relative; height: min(72vh, 860px); min-height: 380px; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
#map { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: crosshair; display: block; }
#map:focus-visible { outline-offset: -3px; }
#card {
  position: absolute; z-index: 2; top: 0; left: 0; max-width: min(320px, 70%); padding: 9px 12px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 18px #0003; pointer-events: none; font-size: .9rem;
}
#card.below { top: auto; left: 8px; right: 8px; bottom: 8px; max-width: none; }
#card > * { display: block; }
#card .likability { font-weight: 600; }
#card small { margin-top: 4px; padding-left: 8px; border-left: 4px solid var(--line); color: var(--soft); }
.zoom { position: absolute; z-index: 1; right: 10px; top: 10px; display: grid; gap: 6px; }
.zoom button {
  width: 38px; height: 38px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink); font: 600 1.1rem/1 system-ui; cursor: pointer;
}
.corners { margin-top: .7rem; }
.corners label { max-width: 100%; }
.corners bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 22rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; overflow-wrap: break-word; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.number { text-align: right; white-space: nowrap; }
th small { display: block; color: var(--soft); font-weight: 400; }
tbody th { min-width: 9rem; border-left: 5px solid var(--line); padding-left: 10px; }
ol { margin: 0; padding-left: 1.2rem; min-width: 12rem; }
noscript p { padding: 1rem; }
body:not(.live) .bar, body:not(.live) .zoom { visibility: hidden; }
.corner-0 { border-left-color: var(--corner-0) !important; color: var(--corner-0); } .corner-1 { border-left-color: var(--corner-1) !important; color: var(--corner-1); }
.corner-2 { border-left-color: var(--corner-2) !important; color: var(--corner-2); } .corner-3 { border-left-color: var(--corner-3) !important; color: var(--corner-3); }
.corner-4 { border-left-color: var(--corner-4) !important; color: var(--corner-4); } .corner-5 { border-left-color: var(--corner-5) !important; color: var(--corner-5); }
#card small, tbody th { color: inherit; }
@media (max-width: 560px) {
  body { padding: 14px 12px 40px; }
  h1 { font-size: 1.3rem; }
  .stage { height: 62vh; min-height: 320px; }
  .find { flex-basis: 100%; max-width: none; }
  thead { display: none; }
  .corners small span { display: none; }
  table, tbody, tr, th, td { display: block; }
  tr { padding: 10px 0; border-bottom: 1px solid var(--line); }
  th, td, td.number { border-bottom: 0; padding: 2px 0 2px 10px; text-align: left; }
  td::before { content: attr(data-name) " "; color: var(--soft); }
}
@media print { .bar, .zoom, .stage, .corners { display: none; } }
`.trim()
