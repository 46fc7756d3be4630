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
