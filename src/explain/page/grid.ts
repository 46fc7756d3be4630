import { type ExplainedPlace, type Explanation } from '../explanation';
import { labelsOf, notesOf, placeOf } from '../explained';
import { type Column, columnsOf, type ColumnGroup, groupsOf, placesByColumn } from './columns';
import { breakable, type Markup, markup } from './markup';
import { stateOf, symbolOf, wordOf } from './states';

/** The table of names and places; each name leads to what is told of it below. */
export function grid(explanations: readonly Explanation[]): Markup {
  const columns = columnsOf(explanations);
  const names = labelsOf(explanations);
  const groups = groupsOf(columns);
  return markup`
<div class="scroll" role="region" aria-labelledby="grid" tabindex="0">
<table class="grid">
<caption id="grid">Names, and the places in the order in which they are asked</caption>
<thead>
<tr><th scope="col" rowspan="2">Name</th><th scope="col" rowspan="2">Value</th>${groups.map(groupHead)}</tr>
<tr>${groups.flatMap((group) => (group.directory === undefined ? [] : group.columns.map(columnHead)))}</tr>
</thead>
<tbody>${explanations.map(
    (each, index) => markup`
<tr><th scope="row"><a href="#name-${index}">${breakable(names[index] ?? '')}</a></th>${row(each, columns)}</tr>`,
  )}
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

function row(explanation: Explanation, columns: readonly Column[]): readonly Markup[] {
  const places = placesByColumn(explanation);
  return [answer(explanation), ...columns.map(({ key }) => cell(places.get(key), explanation.explainedAt))];
}

function answer({ winner, failure, problem, explainedAt }: Explanation): Markup {
  if (failure !== undefined) {
    const place = breakable(placeOf(failure));
    return markup`<td class="answer failed">${symbolOf('failed')} failed<small>${place}</small></td>`;
  }
  const notes = winner && breakable([placeOf(winner), ...notesOf(winner, explainedAt)].join(', '));
  const found = winner && markup`<code>${winner.value}</code><small>${notes}</small>`;
  if (problem !== undefined)
    return markup`<td class="answer failed">${found}${symbolOf('failed')} ${breakable(problem)}</td>`;
  return found === undefined
    ? markup`<td class="answer missing">${symbolOf('missing')} not found</td>`
    : markup`<td class="answer">${found}</td>`;
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
