import { createHash } from 'node:crypto';
import { type ExplainedPlace, type Explanation } from '../../src/index';
import { fc } from '../setup/fast-check';
import { at, explained, explainedSet } from './explained-names';
import { all, type Element, parse, textOf } from './html';

const remedy = 'allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/b';
const absent: ExplainedPlace = { provider: 'ssm', directory: '/a', outcome: 'absent' };
const found: ExplainedPlace = {
  provider: 'ssm',
  directory: '/a',
  outcome: 'found',
  value: 'one',
  version: '7',
  changedAt: '2030-01-02T00:00:00.000Z',
};
const cached: ExplainedPlace = {
  provider: 'cacher',
  directory: '/a',
  outcome: 'found',
  value: 'two',
  cachedAs: 'plain',
  cachedFrom: 'ssm',
  cachedAt: '2030-01-04T00:00:00.000Z',
  cachedUntil: '2030-01-05T05:00:00.000Z',
};
const places: Readonly<Record<string, readonly ExplainedPlace[]>> = {
  FOUND: [found, { provider: 'ssm', directory: '/b', outcome: 'shadowed', value: 'lower', stale: true }],
  CACHED: [cached, { ...found, outcome: 'shadowed' }],
  REFUSED: [absent, { provider: 'ssm', directory: '/b', outcome: 'not permitted', reason: 'AccessDenied', remedy }],
  FAILED: [{ provider: 'ssm', directory: '/a', outcome: 'failed', reason: 'it is down' }],
  MISSING: [{ provider: 'cacher', outcome: 'known to be missing', cachedAs: 'plain', cachedAt: at }, absent],
};

const explain = (name: string): Explanation => explained(name, places[name] ?? [], at);
const set = explainedSet(Object.keys(places).map((name) => explain(name)));
const page = parse(set.toHtml());

function rowOf(name: string): readonly Element[] {
  const rows = all(page, 'tr').filter((row) =>
    row.children.some((each) => typeof each !== 'string' && textOf(each) === name),
  );
  return (rows[0]?.children ?? []).filter((each): each is Element => typeof each !== 'string');
}

it('is one page, without script, that loads nothing', () => {
  const html = set.toHtml();

  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).not.toMatch(/<(script|link|img|iframe|object|base|form)\b|https?:|javascript:/);
  expect(JSON.stringify(page)).not.toMatch(/"on[a-z]+":|"style":/);
});

it('allows the browser nothing but its style sheet, by a content security policy', () => {
  const policy = all(page, 'meta').find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
  const [style] = all(page, 'style');
  const hash = createHash('sha256')
    .update(style === undefined ? '' : textOf(style))
    .digest('base64');

  expect(policy?.attributes['content']).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
});

it('has colours for light and for dark', () => {
  expect(set.toHtml()).toContain('prefers-color-scheme:dark');
  expect(all(page, 'meta').find(({ attributes }) => attributes['name'] === 'color-scheme')).toBeDefined();
});

it('has the service, the time, and how many names are found, missing and refused', () => {
  const said = textOf(page);

  expect(said).toContain('orders in prod');
  expect(said).toContain('5 names: 2 found, 2 not found, 1 failed, 1 with places that may not be read');
  expect(said).toContain('as of 2030-01-05 00:00:00 UTC');
});

it('has a grid of names and places, with heads for both', () => {
  const [grid] = all(page, 'table');
  const heads = all(grid ?? page, 'th').map((each) => [textOf(each), each.attributes['scope']]);

  expect(heads).toEqual([
    ['Name', 'col'],
    ['Value', 'col'],
    ['cacher', 'col'],
    ['/a', 'colgroup'],
    ['/b', 'colgroup'],
    ['ssm', 'col'],
    ['ssm', 'col'],
    ...Object.keys(places).map((name) => [name, 'row']),
  ]);
});

describe('the columns of the grid', () => {
  type Asked = readonly [provider: string, directory?: string];

  /** Gives the columns for names that were looked for in these places: directories with their providers, or a provider. */
  function columnsOf(...names: readonly (readonly Asked[])[]): readonly string[] {
    const explanations = names.map((asked) =>
      explained(
        'x',
        asked.map(([provider, directory]) => ({ provider, directory, outcome: 'absent' })),
      ),
    );
    const [grid] = all(parse(explainedSet(explanations).toHtml()), 'thead');
    const [top = [], providers = []] = all(grid ?? page, 'tr').map((row) => all(row, 'th'));
    let next = 0;
    return top.slice(2).map((head) => {
      const count = Number(head.attributes['colspan'] ?? 0);
      return [textOf(head), ...providers.slice(next, (next += count)).map(textOf)].join(' ');
    });
  }

  it('are the places in the order of the lookup, each once, grouped by directory', () => {
    const chain: readonly Asked[] = [
      ['override'],
      ['env', '/_environmental'],
      ['cacher'],
      ['ssm', '/a'],
      ['secrets', '/a'],
      ['ssm', '/b'],
      ['default'],
    ];

    expect(columnsOf(chain, chain)).toEqual(['override', 'env', 'cacher', '/a ssm secrets', '/b ssm', 'default']);
  });

  it('are one for overrides, the cacher and defaults, whatever directory the answer is from', () => {
    const found: readonly Asked[] = [
      ['override', '/_override'],
      ['cacher', '/a'],
      ['ssm', '/a'],
      ['default', '/_default/settings'],
    ];
    const absent: readonly Asked[] = [['override'], ['cacher'], ['ssm', '/a'], ['default']];

    expect(columnsOf(absent, found)).toEqual(['override', 'cacher', '/a ssm', 'default']);
  });

  it('have places of some names only where those names have them', () => {
    const narrow: readonly Asked[] = [['override'], ['ssm', '/b'], ['default']];
    const wide: readonly Asked[] = [['override'], ['ssm', '/a'], ['ssm', '/b'], ['secrets', '/b'], ['default']];

    expect(columnsOf(narrow, wide)).toEqual(['override', '/a ssm', '/b ssm secrets', 'default']);
  });

  it('are one for each time that a provider without directories is asked', () => {
    const chain: readonly Asked[] = [
      ['ssm', '/a'],
      ['env', '/_environmental'],
      ['ssm', '/b'],
      ['env', '/_environmental'],
    ];

    expect(columnsOf(chain, chain)).toEqual(['/a ssm', 'env', '/b ssm', 'env']);
  });
});

it.each([
  ['FOUND', ['one ssm /a, v7, 3 d old', 'not read', 'found', 'shadowed, stale']],
  ['CACHED', ['two cacher /a, cached from ssm 24 h ago for 5 h more', 'found, cached', 'shadowed', 'not read']],
  ['REFUSED', [' not found', 'not read', 'absent', 'not permitted']],
  ['FAILED', [' failed ssm /a', 'not read', 'failed', 'not read']],
  ['MISSING', [' not found', 'known to be missing', 'absent', 'not read']],
])('has for %s a word in each cell', (name, words) => {
  const [, ...cells] = rowOf(name);
  const said = cells.map((cell) => cell.children.map((each) => (typeof each === 'string' ? each : textOf(each))));

  expect(said.map((each, index) => (index === 0 ? each.join(' ').replace(/ {2,}/g, ' ') : each.join('')))).toEqual(
    words,
  );
});

it('shows states by symbol and by colour, with a legend', () => {
  const drawn = all(page, 'symbol').map(({ attributes }) => attributes['id']);
  const used = all(page, 'use').map(({ attributes }) => attributes['href']?.slice(1));
  const legend = all(page, 'li').map(textOf).join('\n');

  expect(new Set(used)).toEqual(new Set(drawn));
  expect(rowOf('FOUND').map(({ attributes }) => attributes['class'])).toEqual([
    undefined,
    'answer',
    undefined,
    'cell found',
    'cell shadowed',
  ]);
  for (const word of [
    'found',
    'found, cached',
    'shadowed',
    'not permitted',
    'failed',
    'known to be missing',
    'absent',
    'stale',
  ])
    expect(legend).toContain(`${word}: `);
});

it('has a title for each cell, with all that is known of the place', () => {
  const titles = rowOf('REFUSED').map(({ attributes }) => attributes['title']);

  expect(titles.at(-1)).toBe(`ssm /b: not permitted\nAccessDenied\n${remedy}`);
});

it('links each name to the table of its places', () => {
  const ids = all(page, 'caption').map(({ attributes }) => attributes['id']);
  const links = all(page, 'a').map(({ attributes }) => attributes['href']?.slice(1));

  expect(links).toHaveLength(5);
  expect(ids).toEqual(expect.arrayContaining(links));
  expect(textOf(all(page, 'details')[2] ?? page)).toContain(`To read it, ${remedy}.`);
});

it('lists each grant once', () => {
  const grants = all(page, 'ul').at(-1);

  expect(grants && all(grants, 'li').map(textOf)).toEqual([remedy]);
  expect(explain('FOUND').toHtml()).not.toContain('To read what is not permitted');
});

it('of one name has the table of its places, and no grid', () => {
  const single = parse(explain('CACHED').toHtml());

  expect(all(single, 'table')).toHaveLength(1);
  expect(textOf(single)).toContain('1 name: 1 found');
  expect(all(single, 'tr').filter(({ attributes }) => attributes['class'] === 'winner')).toHaveLength(1);
});

it('has no time where none is known', () => {
  expect(explained('x', [found]).toHtml()).not.toContain('<time');
});

it('shows any name, path, value and reason as text, never as markup', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='x",
      '</style>',
      '&lt;',
      ']]>',
    ),
  );
  const place = fc.record({
    provider: text,
    directory: text,
    outcome: fc.constantFrom('found', 'absent', 'shadowed', 'failed', 'not permitted', 'known to be missing'),
    value: fc.option(text, { nil: undefined }),
    version: fc.option(text, { nil: undefined }),
    reason: fc.option(text, { nil: undefined }),
    remedy: fc.option(text, { nil: undefined }),
    cachedFrom: fc.option(text, { nil: undefined }),
    cachedAt: fc.option(text, { nil: undefined }),
  }) as fc.Arbitrary<ExplainedPlace>;
  const known = new Set(
    [page, parse(explain('FOUND').toHtml())].flatMap((each) => each.children).flatMap((each) => tagsIn(each)),
  );

  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.array(place)), { minLength: 1, maxLength: 3 }), text, (names, title) => {
      const explanations = names.map(([name, all]) => explained(name, all, at));

      const tags = parse(explainedSet(explanations, title).toHtml()).children.flatMap(tagsIn);

      expect(tags.filter((tag) => !known.has(tag))).toEqual([]);
    }),
  );
});

function tagsIn(element: Element | string): readonly string[] {
  return typeof element === 'string' ? [] : [element.tag, ...element.children.flatMap(tagsIn)];
}
