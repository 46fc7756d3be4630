import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { documents, type Document, proseOf, readDocument, root } from './documents';

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
