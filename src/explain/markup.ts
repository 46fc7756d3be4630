import { printable } from '../base/printable';
import { type ExplainedPlace } from './explained';

/** A piece of HTML that is safe to insert into another. */
export class Markup {
  /** @param html - Already escaped. */
  constructor(readonly html: string) {}
}

/** What can be inserted into HTML: text is escaped, `undefined` is empty. */
export type Insertable = string | number | undefined | Markup | readonly Insertable[];

/** Makes a piece of HTML from a template; what is inserted is escaped, unless it is HTML already. */
export function markup(parts: TemplateStringsArray, ...inserted: readonly Insertable[]): Markup {
  return new Markup(parts.map((part, index) => `${part}${htmlOf(inserted[index])}`).join(''));
}

/** Gives a text with break opportunities between the parts of paths, ARNs and names. */
export function breakable(text: string): Markup {
  const parts = text.split(/(?<=\S[/:_.])(?=[^/:_.\s])/);
  return markup`${parts.map((part, index) => (index === 0 ? part : markup`<wbr>${part}`))}`;
}

function htmlOf(inserted: Insertable): string {
  if (inserted === undefined) return '';
  if (inserted instanceof Markup) return inserted.html;
  if (typeof inserted === 'object') return inserted.map(htmlOf).join('');
  const lines = `${inserted}`.split('\n').map(printable);
  return lines.join('\n').replace(/[&<>"'`]/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** What a cell of the grid can show. */
export type State = 'found' | 'cached' | 'source' | 'shadowed' | 'refused' | 'failed' | 'missing' | 'absent' | 'stale';

/** How a state is shown. */
interface Shown {
  readonly word: string;
  readonly means: string;
  /** The lines of its symbol, on a square of 16. */
  readonly path: string;
}

const circle = 'M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10';
const states: Readonly<Record<State, Shown>> = {
  found: { word: 'found', means: 'gives the value', path: 'M3.5 8.5l3 3l6-7' },
  cached: {
    word: 'found, cached',
    means: 'the cache table gives the value',
    path: 'M3.5 4.5a4.5 1.8 0 1 0 9 0a4.5 1.8 0 1 0-9 0v7a4.5 1.8 0 0 0 9 0v-7',
  },
  source: { word: 'cached', means: 'the source of the value that the cache table gives', path: circle },
  shadowed: { word: 'shadowed', means: 'has a value too, hidden by the one found', path: circle },
  refused: { word: 'not permitted', means: 'may not be read, and is skipped', path: `${circle}M4.5 4.5l7 7` },
  failed: { word: 'failed', means: 'cannot be read; a lookup that reaches it fails', path: 'M4 4l8 8M12 4l-8 8' },
  missing: { word: 'known to be missing', means: 'the cache table records the name as missing', path: 'M3.5 8h9' },
  absent: { word: 'absent', means: 'does not have the name', path: 'M8 8v.01' },
  stale: {
    word: 'stale',
    means: 'the last value that was read, because it cannot be read now',
    path: `${circle}M8 5.5v2.7l1.8 1`,
  },
};

/** Gives the state that the cell of a place shows. */
export function stateOf({ outcome, cachedAt, cachedAs }: ExplainedPlace): State {
  switch (outcome) {
    case 'found':
      return cachedAt === undefined && cachedAs === undefined ? 'found' : 'cached';
    case 'cached':
      return 'source';
    case 'not permitted':
      return 'refused';
    case 'known to be missing':
      return 'missing';
    case 'absent':
    case 'failed':
    case 'shadowed':
      return outcome;
  }
}

/** Gives the word for a state. */
export function wordOf(state: State): string {
  return states[state].word;
}

/** Gives the symbol of a state, to be shown beside its word. */
export function symbolOf(state: State): Markup {
  return markup`<svg class="symbol ${state}" aria-hidden="true"><use href="#${state}"/></svg>`;
}

/** Gives the symbols that {@link symbolOf} uses, drawn once. */
export function symbols(): Markup {
  const all = Object.entries(states).map(
    ([state, { path }]) => markup`<symbol id="${state}" viewBox="0 0 16 16"><path d="${path}"/></symbol>`,
  );
  return markup`<svg class="defs" aria-hidden="true">${all}</svg>`;
}

/** Lists what the symbols mean. */
export function legend(): Markup {
  const all = Object.entries(states).map(
    ([state, { word, means }]) =>
      markup`
<li>${symbolOf(state as State)}<span><b>${word}</b>: ${means}</span></li>`,
  );
  return markup`<ul class="legend" aria-label="Symbols">${all}
</ul>`;
}

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
