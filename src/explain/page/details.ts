import { type ExplainedPlace, type Explanation } from '../explanation';
import { notesOf } from '../explained';
import { breakable, type Insertable, type Markup, markup } from './markup';
import { stateOf, symbolOf, wordOf } from './states';

/** All that is known of one name, place by place. */
export function details({ places, winner, problem, explainedAt }: Explanation, id: string): Markup {
  const wrong =
    problem &&
    markup`<p>${symbolOf('failed')} It cannot be loaded: ${breakable(problem)}.</p>
`;
  return markup`${wrong}<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table class="details">
<caption id="${id}">Places, in the order in which they are asked</caption>
<thead><tr><th scope="col">Provider</th><th scope="col">Directory</th><th scope="col">Outcome</th><th scope="col">Value</th><th scope="col">Version, age, cache</th></tr></thead>
<tbody>${places.map((place) => row(place, place === winner, explainedAt))}
</tbody>
</table>
</div>`;
}

function row(place: ExplainedPlace, wins: boolean, explainedAt: string | undefined): Markup {
  const { provider, directory = '', stale } = place;
  const state = stateOf(place);
  const marks: Insertable = [symbolOf(state), ' ', wordOf(state), ...(stale === true ? [' ', symbolOf('stale')] : [])];
  const cells: Insertable = [
    markup`<td>${breakable(directory)}</td>`,
    markup`<td>${marks}</td>`,
    told(place, explainedAt),
  ];
  return markup`
<tr class="${wins ? 'winner' : ''}"><th scope="row">${provider}</th>${cells}</tr>`;
}

function told(place: ExplainedPlace, explainedAt: string | undefined): Markup {
  const { value, reason, remedy } = place;
  if (reason === undefined && remedy === undefined) {
    return markup`<td>${value && markup`<code>${value}</code>`}</td><td>${notesOf(place, explainedAt).join(', ')}</td>`;
  }
  const why = [reason, remedy && `To read it, ${remedy}.`].filter((each) => each !== undefined);
  return markup`<td colspan="2">${why.map((each) => markup`<p>${breakable(each)}</p>`)}</td>`;
}
