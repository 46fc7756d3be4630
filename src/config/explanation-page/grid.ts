import { type ExplainedPlace, type Explanation } from '../explanation';
import { notesOf, placeOf } from '../explanation-notes';
import { type Column, columnsOf, type ColumnGroup, groupsOf, placesByColumn } from './columns';
import { breakable, type Markup, markup } from './markup';
import { stateOf, symbolOf, wordOf } from './states';

/** The table of names and places; each name leads to what is told of it below. */
export function grid(explanations: readonly Explanation[]): Markup {
  const columns = columnsOf(explanations);
  const groups = groupsOf(columns);
  return markup`
<div class="scroll" role="region" aria-labelledby="grid" tabindex="0">
<table class="grid">
<caption id="grid">Names, and the places in the order in which they are asked</caption>
<thead>
<tr><th scope="col" rowspan="2">Name</th><th scope="col" rowspan="2">Value</th>${groups.map(groupHead)}</tr>
<tr>${groups.flatMap((group) => (group.directory === undefined ? [] : group.columns.map(columnHead)))}</tr>
</thead>
<tbody>${explanations.map((each, index) => row(each, index, columns))}
</tbody>
</table>
</div>`;
}

function groupHead({ directory, columns: [first, ...others] }: ColumnGroup): Markup {
  if (directory === undefined) return markup`<th scope="col" rowspan="2">${first?.provider}</th>`;
  return markup`<th scope="colgroup" colspan="${others.length + 1}">${breakable(directory)}</th>`;
}

function columnHead({ provider }: Column): Markup {
  return markup`<th scope="col">${provider}</th>`;
}

function row(explanation: Explanation, index: number, columns: readonly Column[]): Markup {
  const places = placesByColumn(explanation);
  return markup`
<tr><th scope="row"><a href="#name-${index}">${breakable(explanation.name)}</a></th>${answer(explanation)}${columns.map(
    ({ key }) => cell(places.get(key), explanation.explainedAt),
  )}</tr>`;
}

function answer({ winner, failure, explainedAt }: Explanation): Markup {
  if (winner !== undefined) {
    const notes = [placeOf(winner), ...notesOf(winner, explainedAt)].join(', ');
    return markup`<td class="answer"><code>${winner.value}</code><small>${breakable(notes)}</small></td>`;
  }
  if (failure === undefined) return markup`<td class="answer missing">${symbolOf('missing')} not found</td>`;
  const place = breakable(placeOf(failure));
  return markup`<td class="answer failed">${symbolOf('failed')} failed<small>${place}</small></td>`;
}

function cell(place: ExplainedPlace | undefined, explainedAt: string | undefined): Markup {
  if (place === undefined) return markup`<td><span class="unseen">not asked</span></td>`;
  const { value, reason, remedy, stale } = place;
  const state = stateOf(place);
  const word = `${wordOf(state)}${stale === true ? ', stale' : ''}`;
  const facts = [`${placeOf(place)}: ${word}`, value, ...notesOf(place, explainedAt), reason, remedy];
  const title = facts.filter((each) => each !== undefined).join('\n');
  const symbols = stale === true ? [symbolOf(state), symbolOf('stale')] : symbolOf(state);
  return markup`<td class="cell ${state}" title="${title}">${symbols}<span class="unseen">${word}</span></td>`;
}
