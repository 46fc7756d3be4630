import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { documents, type Document, filesOf, proseOf, readDocument, root } from './documents';

/** A link or an image within the project. */
interface Link {
  readonly from: string;
  /** Path of the target within the project. */
  readonly path: string;
  readonly anchor: string | undefined;
}

const links = documents().flatMap(linksOf);
const cases = links.map(
  (link) => [`${link.from} -> ${link.path}${link.anchor === undefined ? '' : `#${link.anchor}`}`, link] as const,
);

test.each(cases)('%s exists', (_, { path, anchor }) => {
  expect(existsSync(join(root, path))).toBe(true);
  if (anchor !== undefined) expect(anchorsOf(readDocument(path))).toContain(anchor);
});

test.each([['README.md'], ['docs/README.md']])('every page is reached from %s', (start) => {
  const reached = new Set([start]);
  for (const page of reached) for (const link of links) if (link.from === page) reached.add(link.path);

  expect(
    documents()
      .map(({ path }) => path)
      .filter((path) => !reached.has(path)),
  ).toEqual([]);
});

test('the index of the documentation lists every page of its four parts', () => {
  const listed = links.filter(({ from }) => from === 'docs/README.md').map(({ path }) => path);
  const pages = documents()
    .map(({ path }) => path)
    .filter((path) => /^docs\/(start|guides|reference|explanation)\//.test(path));

  expect(pages.filter((path) => !listed.includes(path))).toEqual([]);
});

test('pages that sources, tests and templates name are there', () => {
  const named = ['src', 'test', 'bench/goals', 'infra', '.ci'].flatMap((folder) =>
    filesOf(folder).flatMap(({ path, text }) =>
      [...text.matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([page]) => ({ path, page })),
    ),
  );

  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ page }) => !existsSync(join(root, page)))).toEqual([]);
});

test('no page has two headings with one anchor', () => {
  const repeated = documents().flatMap((document) => {
    const anchors = anchorsOf(document);
    return anchors.filter((each, index) => anchors.indexOf(each) !== index).map((each) => `${document.path}#${each}`);
  });

  expect(repeated.filter((each) => !each.startsWith('CHANGELOG.md'))).toEqual([]);
});

function linksOf(document: Document): readonly Link[] {
  const folder = dirname(document.path);
  const targets = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? document.path : relative(root, join(root, folder, file));
      return { from: document.path, path, anchor };
    });
}

/** The anchors of the headings of a page, made as GitHub makes them. */
function anchorsOf(document: Document): readonly string[] {
  const headings = [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
