import { documents, proseOf } from './documents';

const unit = /\d ?(?:ms|ns|KB|MB|s)\b/;
const date = /\b20\d\d-\d\d-\d\d\b/;

/** Paragraphs and tables that speak of something measured and give a figure of time or size, with the page they are in. */
const measured = documents()
  .filter(({ path }) => path !== 'CHANGELOG.md')
  .flatMap((page) =>
    proseOf(page)
      .split(/\n{2,}/)
      .filter((part) => /\bmeasured\b/i.test(part) && unit.test(part))
      .map((part) => ({ page: page.path, part })),
  );

describe('A figure that was measured', () => {
  it('says when, and on which Node', () => {
    expect(measured.length).toBeGreaterThan(2);
    expect(measured.filter(({ part }) => !date.test(part) || !/\bNode \d+/.test(part))).toEqual([]);
  });

  it('of the import of the package is on one page', () => {
    const pages = documents().filter((page) => /(?:import|require)\W+xcon\W[^\n]*\d ?ms\b/.test(proseOf(page)));

    expect(pages.map(({ path }) => path)).toEqual(['docs/explanation/performance.md']);
  });
});

/** What more than one page says, each with the ways in which it is said. */
const facts: readonly (readonly [string, readonly RegExp[]])[] = [
  [
    'requests a second that Parameter Store answers',
    [
      /Parameter Store answers (\d+)\b/g,
      /The limit is (\d+) requests a second/g,
      /(\d+) reads a second for the account/g,
    ],
  ],
  ['rows and bytes of the service that is counted', [/(?<![\d,])(\d+ rows) (?:with the lease, |of )([\d,]+ bytes)/g]],
  [
    'characters of a managed policy',
    [/managed policy holds ([\d,]+) characters/g, /([\d,]+) characters in a managed policy/g],
  ],
  [
    'characters of inline policies',
    [/inline policies of a role,? ([\d,]*\d)/g, /and ([\d,]*\d) for all inline policies/g],
  ],
  ['milliseconds that Lambda waits for writes', [/for at most (\d+) ms, (?:before|and reads)/g]],
];

describe('A figure that several pages give', () => {
  it.each(facts)('is the same everywhere: %s', (_, patterns) => {
    const found = documents().flatMap((page) => {
      const text = proseOf(page).replaceAll(/\s+/g, ' ');
      return patterns.flatMap((pattern) =>
        [...text.matchAll(pattern)].map((match) => ({ page: page.path, value: match.slice(1).join(' ') })),
      );
    });

    expect(new Set(found.map(({ page }) => page)).size).toBeGreaterThan(1);
    expect(new Set(found.map(({ value }) => value)).size).toBe(1);
  });
});
