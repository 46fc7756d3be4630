import { createHash } from 'node:crypto';
import { type Explanation } from '../explanation';
import { labelsOf, remediesOf } from '../explained';
import { details } from './details';
import { grid } from './grid';
import { breakable, Markup, markup } from './markup';
import { legend, symbols } from './states';
import { style } from './style';

/** What a page shows. */
export interface PageContent {
  /** What it is about: a name, or a service in an environment. */
  readonly title: string;
  readonly explanations: readonly Explanation[];
  /** ISO 8601; absent: it is not said when that was so. */
  readonly explainedAt?: string | undefined;
}

/**
 * Makes a page of HTML that needs nothing else, runs nothing and loads nothing.
 *
 * Its policy says so to the browser: the style sheet in it is all that is allowed.
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
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${explanations.length} ${explanations.length === 1 ? 'name' : 'names'}: ${told.join(', ')}`;
}

/** Writes a moment of ISO 8601 for people. */
function readable(at: string): string {
  return at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

function grants(explanations: readonly Explanation[]): Markup | undefined {
  const remedies = remediesOf(explanations.flatMap(({ refusals }) => refusals));
  if (remedies.length === 0) return undefined;
  return markup`<h2>To read what is not permitted</h2>
<ul class="grants">${remedies.map((each) => markup`<li>${breakable(each)}</li>`)}</ul>`;
}
