import { createHash } from 'node:crypto';
import { type ExplainedPlace, type Explanation, type PageContent } from './explained';
import {
  breakable,
  type Insertable,
  legend,
  Markup,
  markup,
  stateOf,
  style,
  symbolOf,
  symbols,
  wordOf,
} from './markup';
import { isNone, labelsOf, notesOf, placeOf, remediesOf } from './notes';

/**
 * Makes a self-contained page of HTML without scripts.
 *
 * Its content security policy allows only its own style sheet.
 * Source: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export function explanationPage({ title, explanations, explainedAt }: PageContent): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const when = explainedAt && markup`, as of <time datetime="${explainedAt}">${readable(explainedAt)}</time>`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: where settings come from</title>
<style>${new Markup(style)}</style>
</head>
<body>
${symbols()}
<h1>${breakable(title)}</h1>
<p>${summary(explanations)}${when}</p>
${legend()}
<main>${explanations.length === 1 ? explanations.map((each) => details(each, 'places')) : many(explanations)}
${grants(explanations)}</main>
</body>
</html>
`.html;
}

function many(explanations: readonly Explanation[]): Markup {
  const names = labelsOf(explanations);
  return markup`${grid(explanations)}
<h2>Name by name</h2>${explanations.map(
    (each, index) => markup`
<details><summary>${breakable(names[index] ?? '')}</summary>
${details(each, `name-${index}`)}
</details>`,
  )}`;
}

function summary(explanations: readonly Explanation[]): string {
  const found = explanations.filter(({ winner }) => winner !== undefined).length;
  const failed = explanations.filter(({ failure }) => failure !== undefined).length;
  const wrong = explanations.filter(({ problem }) => problem !== undefined).length;
  const refused = explanations.filter(({ refusals }) => refusals.length > 0).length;
  const counts: readonly (readonly [number, string])[] = [
    [found, 'found'],
    [explanations.length - found - failed, 'not found'],
    [failed, 'failed'],
    [wrong, 'that cannot be loaded'],
    [refused, 'with places that may not be read'],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${explanations.length} ${explanations.length === 1 ? 'name' : 'names'}: ${parts.join(', ')}`;
}

/** Writes an ISO 8601 time for people. */
function readable(at: string): string {
  return at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

function grants(explanations: readonly Explanation[]): Markup | undefined {
  const remedies = remediesOf(explanations.flatMap(({ refusals }) => refusals));
  if (remedies.length === 0) return undefined;
  return markup`<h2>To read what is not permitted</h2>
<ul class="grants">${remedies.map((each) => markup`<li>${breakable(each)}</li>`)}</ul>`;
}

/** The table of one name, a place in a row. */
function details({ places, winner, problem, explainedAt }: Explanation, id: string): Markup {
  const wrong =
    problem &&
    markup`<p>${symbolOf('failed')} It cannot be loaded: ${breakable(problem)}.</p>
`;
  return markup`${wrong}<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table class="details">
<caption id="${id}">Places, in the order of the lookup</caption>
<thead><tr><th scope="col">Provider</th><th scope="col">Directory</th><th scope="col">Outcome</th><th scope="col">Value</th><th scope="col">Version, age, cache</th></tr></thead>
<tbody>${places.map((place) => placeRow(place, place === winner, explainedAt))}
</tbody>
</table>
</div>`;
}

function placeRow(place: ExplainedPlace, isWinner: boolean, explainedAt: string | undefined): Markup {
  const { provider, directory = '', stale } = place;
  const state = stateOf(place);
  const marks: Insertable = [symbolOf(state), ' ', wordOf(state), ...(stale === true ? [' ', symbolOf('stale')] : [])];
  const cells: Insertable = [
    markup`<td>${breakable(directory)}</td>`,
    markup`<td>${marks}</td>`,
    valueCells(place, explainedAt),
  ];
  return markup`
<tr class="${isWinner ? 'winner' : ''}"><th scope="row">${provider}</th>${cells}</tr>`;
}

function valueCells(place: ExplainedPlace, explainedAt: string | undefined): Markup {
  const { value, reason, remedy } = place;
  if (reason === undefined && remedy === undefined) {
    return markup`<td>${value && markup`<code>${value}</code>`}</td><td>${notesOf(place, explainedAt).join(', ')}</td>`;
  }
  const why = [reason, remedy && `To read it, ${remedy}.`].filter((each) => each !== undefined);
  return markup`<td colspan="2">${why.map((each) => markup`<p>${breakable(each)}</p>`)}</td>`;
}

/** The table of names and places; each name links to its places below. */
function grid(explanations: readonly Explanation[]): Markup {
  const columns = columnsOf(explanations);
  const names = labelsOf(explanations);
  const groups = groupsOf(columns);
  return markup`
<div class="scroll" role="region" aria-labelledby="grid" tabindex="0">
<table class="grid">
<caption id="grid">Names, and the places in the order of the lookup</caption>
<thead>
<tr><th scope="col" rowspan="2">Name</th><th scope="col" rowspan="2">Value</th>${groups.map(groupHead)}</tr>
<tr>${groups.flatMap((group) => (group.directory === undefined ? [] : group.columns.map(columnHead)))}</tr>
</thead>
<tbody>${explanations.map(
    (each, index) => markup`
<tr><th scope="row"><a href="#name-${index}">${breakable(names[index] ?? '')}</a></th>${nameCells(each, columns)}</tr>`,
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

function nameCells(explanation: Explanation, columns: readonly Column[]): readonly Markup[] {
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
  if (place === undefined) return markup`<td><span class="unseen">not read</span></td>`;
  const { value, reason, remedy, stale } = place;
  const state = stateOf(place);
  const word = `${wordOf(state)}${stale === true ? ', stale' : ''}`;
  const lines = [`${placeOf(place)}: ${word}`, value, ...notesOf(place, explainedAt), reason, remedy];
  const title = lines.filter((each) => each !== undefined).join('\n');
  const symbols = stale === true ? [symbolOf(state), symbolOf('stale')] : symbolOf(state);
  return markup`<td class="cell ${state}" title="${title}">${symbols}<span class="unseen">${word}</span></td>`;
}

/** A column of the grid: one place. */
interface Column {
  readonly key: string;
  readonly provider: string;
  /** Path of the directory; `undefined` for a place that has none. */
  readonly directory: string | undefined;
}

/** Neighbouring columns of one directory. */
interface ColumnGroup {
  readonly directory: string | undefined;
  readonly columns: readonly Column[];
}

/** Places without a directory column, whatever the directory of their answer. */
const withoutDirectory: ReadonlySet<string> = new Set(['override', 'cacher', 'default']);

/** Gives the places of an explanation by the keys of their columns. */
function placesByColumn({ places }: Explanation): ReadonlyMap<string, ExplainedPlace> {
  const keyOf = keys();
  return new Map(places.map((place) => [keyOf(columnOf(place)), place]));
}

/** Gives the columns that show all places of all explanations, in the order of the lookup. */
function columnsOf(explanations: readonly Explanation[]): readonly Column[] {
  const all: Column[] = [];
  for (const { places } of explanations) {
    const keyOf = keys();
    let last = -1;
    for (const place of places) {
      const column = columnOf(place);
      const key = keyOf(column);
      const known = all.findIndex((each) => each.key === key);
      if (known === -1) all.splice(last + 1, 0, { ...column, key });
      last = known === -1 ? last + 1 : known;
    }
  }
  return all;
}

/** Joins neighbours of one directory. */
function groupsOf(columns: readonly Column[]): readonly ColumnGroup[] {
  const groups: { readonly directory: string | undefined; readonly columns: Column[] }[] = [];
  for (const column of columns) {
    const last = groups.at(-1);
    if (last !== undefined && column.directory !== undefined && last.directory === column.directory)
      last.columns.push(column);
    else groups.push({ directory: column.directory, columns: [column] });
  }
  return groups;
}

function columnOf({ provider, directory }: ExplainedPlace): Omit<Column, 'key'> {
  const hasNone = directory === undefined || withoutDirectory.has(provider) || isNone(directory);
  return { provider, directory: hasNone ? undefined : directory };
}

/** Makes keys of places, also for a place that occurs several times, as a provider without directories behind others does. */
function keys(): (column: Omit<Column, 'key'>) => string {
  const seen = new Map<string, number>();
  return ({ provider, directory = '' }) => {
    const place = `${provider} ${directory}`;
    const times = (seen.get(place) ?? 0) + 1;
    seen.set(place, times);
    return `${place} ${times}`;
  };
}
