/** The style sheet of the page: one set of colours for light, one for dark. */
export const style = `
:root{color-scheme:light dark;--page:#fff;--text:#1c2024;--dim:#5a636d;--line:#d5dae0;--head:#f3f5f7;--found:#11642f;--found-back:#dcf3e2;--shadowed:#6a4a00;--shadowed-back:#fbf0d0;--refused:#7a2fa0;--refused-back:#f4e6fb;--failed:#b3151f;--failed-back:#fde3e3;--missing:#8a3c06;--missing-back:#fdeadb;--link:#0a5aa8}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--text:#e7eaed;--dim:#a3acb5;--line:#3a4149;--head:#1f2429;--found:#7fe0a0;--found-back:#123a22;--shadowed:#f0cc70;--shadowed-back:#3a2f10;--refused:#dcb0f5;--refused-back:#38204a;--failed:#ff9c9c;--failed-back:#4a1a1d;--missing:#f7b184;--missing-back:#43270f;--link:#8ec2ff}}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem clamp(.75rem,3vw,2.5rem);background:var(--page);color:var(--text);font:1rem/1.45 system-ui,sans-serif}
h1{margin:0;font-size:1.5rem;overflow-wrap:anywhere}
h2{margin:2rem 0 .5rem;font-size:1.1rem}
p{margin:.25rem 0}
a{color:var(--link)}
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
small{display:block;color:var(--dim)}
.legend{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;margin:1rem 0;padding:0;list-style:none;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend b{font-weight:600}
.symbol{width:1.25rem;height:1.25rem;padding:.1rem;border-radius:.25rem;vertical-align:-.25rem;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.defs{position:absolute;width:0;height:0}
.found,.cached{color:var(--found);background:var(--found-back)}
.shadowed{color:var(--shadowed);background:var(--shadowed-back)}
.refused{color:var(--refused);background:var(--refused-back)}
.failed{color:var(--failed);background:var(--failed-back)}
.missing,.stale{color:var(--missing);background:var(--missing-back)}
.absent{color:var(--dim)}
.scroll{max-height:90vh;overflow:auto;border:1px solid var(--line);border-radius:.375rem}
table{border-collapse:separate;border-spacing:0;font-size:.875rem}
caption{padding:.5rem .75rem;color:var(--dim);text-align:left}
th,td{padding:.4rem .6rem;border-top:1px solid var(--line);text-align:left;vertical-align:top}
thead{position:sticky;top:0;z-index:1}
thead th{background:var(--head);vertical-align:bottom;font-weight:600}
th+th,th+td,td+td{border-left:1px solid var(--line)}
.grid tbody th{position:sticky;left:0;min-width:8rem;max-width:16rem;background:var(--page);font-weight:600;overflow-wrap:anywhere}
.grid thead [colspan]{min-width:8rem;overflow-wrap:anywhere}
.grid .cell,.grid thead tr+tr th{text-align:center;white-space:nowrap}
.cell .symbol,.answer .symbol{background:none}
.answer{min-width:11rem;max-width:20rem}
.details{width:100%}
.details td{overflow-wrap:anywhere}
.winner{font-weight:600;background:var(--found-back)}
details{margin:.35rem 0}
summary{cursor:pointer;font-weight:600;overflow-wrap:anywhere}
.grants{padding-left:1.25rem;overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media print{.scroll{max-height:none;overflow:visible}}
`;
