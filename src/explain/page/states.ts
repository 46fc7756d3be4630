import { type ExplainedPlace } from '../explanation';
import { type Markup, markup } from './markup';

/** What a cell of the grid can say. */
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
  source: { word: 'cached', means: 'is where the value that the cache table gives comes from', path: circle },
  shadowed: { word: 'shadowed', means: 'has a value too, hidden by the one found', path: circle },
  refused: { word: 'not permitted', means: 'may not be read, and is passed over', path: `${circle}M4.5 4.5l7 7` },
  failed: { word: 'failed', means: 'cannot be read; a lookup that gets here fails', path: 'M4 4l8 8M12 4l-8 8' },
  missing: { word: 'known to be missing', means: 'the cache table says that there is no value', path: 'M3.5 8h9' },
  absent: { word: 'absent', means: 'does not have the name', path: 'M8 8v.01' },
  stale: {
    word: 'stale',
    means: 'what was read last, because it cannot be read now',
    path: `${circle}M8 5.5v2.7l1.8 1`,
  },
};

/** Tells what the cell of a place says. */
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

/** Gives the symbol of a state; it is to stand beside its word. */
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

/** Says what the symbols mean. */
export function legend(): Markup {
  const all = Object.entries(states).map(
    ([state, { word, means }]) =>
      markup`
<li>${symbolOf(state as State)}<span><b>${word}</b>: ${means}</span></li>`,
  );
  return markup`<ul class="legend" aria-label="Symbols">${all}
</ul>`;
}
