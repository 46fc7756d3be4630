import { type Document, documents, filesOf } from './documents';

/** Everything that a reader may copy a command from: pages, templates, and what the sources print. */
const texts: readonly Document[] = [
  ...documents(),
  ...filesOf('src'),
  ...filesOf('infra'),
  ...filesOf('docs/examples'),
];

/** Names that the package is known by, and that could be registered by others while it is not published. */
const names = ['xcon', 'xcon-local'];

const runners =
  /\b(npx|npm exec|npm init|npm create|pnpm dlx|pnpm create|yarn dlx|yarn create|bunx)\b(?! --no-install\b)/g;
const installers = /\b(?:npm (?:i|install|add)|pnpm (?:i|install|add)|yarn add|bun add|pip install)\b([^\n`#]*)/g;

describe('A command in pages, templates and messages', () => {
  it('fetches no package to run it', () => {
    expect(texts.flatMap((each) => linesWith(each, runners))).toEqual([]);
  });

  it('installs the package from a file', () => {
    const installing = texts.flatMap(({ path, text }) =>
      [...text.matchAll(installers)].map(([command, parts = '']) => ({ path, command, parts })),
    );

    const byName = installing.filter(({ parts }) =>
      parts.split(/\s+/).some((part) => names.includes(part.replace(/@[^/]*$/, ''))),
    );
    expect(installing.length).toBeGreaterThan(3);
    expect(byName.map(({ path, command }) => `${path}: ${command}`)).toEqual([]);
  });

  it.each([
    ['npx xcon-local --port 1', true],
    ['npm exec xcon-local', true],
    ['npx --no-install xcon-local --port 1', false],
  ])('counts %s as one that fetches: %s', (command, fetches) => {
    expect(linesWith({ path: 'page.md', text: command }, runners).length > 0).toBe(fetches);
  });
});

function linesWith({ path, text }: Document, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(({ index }) => `${path}:${text.slice(0, index).split('\n').length}`);
}
