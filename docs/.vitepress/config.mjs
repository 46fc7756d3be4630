// The site of the documentation: npm run docs:site. Its source is the repository's pages, with the links they have there.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const index = readFileSync(join(root, 'docs/README.md'), 'utf8');

/** What pages link to that is no page. */
const files = ['LICENSE', 'infra', 'src', 'docs/demo', 'docs/examples'];

/** The anchor of a heading, as GitHub makes it, and as the tests of the links expect it. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** A README is the index of its folder on the site. */
const toIndex = (link) => link.replace(/(^|\/)README\.md(?=#|$)/, '$1index.md');

/** The links of a text, each page once. */
function linksIn(text) {
  const links = [...text.matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)];
  const pages = new Map(links.map(([, name, path]) => [toIndex(join('/docs', path)), name]));
  return [...pages].map(([link, name]) => ({ text: name, link }));
}

/** The parts of the index with their links, in its order, those of a list under what is written above it. */
const parts = index
  .split(/^## /m)
  .slice(1)
  .map((part) => {
    const [text = ''] = part.split('\n');
    const [first = '', ...groups] = part.split(/^(?=[^\n]+:\n\n- )/m);
    const grouped = groups.map((each) => ({
      text: each.slice(0, each.indexOf(':')),
      collapsed: true,
      items: linksIn(each),
    }));
    return { text, items: [...linksIn(first), ...grouped] };
  });

/** The sidebars of the pages that `npm run docs:api` made: all modules, and the exports of the one that is looked at. */
function apiSidebars(folder = join(root, 'docs/api')) {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  const homes = pages.filter((path) => path.endsWith('/index.md') && !path.includes('/namespaces/')).map(dirname);
  const modules = homes.toSorted().map((home) => ({ text: home, link: `/docs/api/${home}/index.md` }));
  const sidebars = homes.map((home) => {
    const own = pages.filter((path) => !path.endsWith('/index.md') && dirname(dirname(path)) === home).toSorted();
    const items = own.map((path) => ({ text: basename(path, '.md'), link: `/docs/api/${path}` }));
    return [
      `/docs/api/${home}/`,
      [{ text: 'API', items: modules }, ...(items.length === 0 ? [] : [{ text: home, items }])],
    ];
  });
  return { '/docs/api/': [{ text: 'API', items: modules }], ...Object.fromEntries(sidebars) };
}

export default {
  title: 'xcon',
  description: 'Hierarchical configuration for services on AWS',
  lang: 'en',
  srcDir: '..',
  srcExclude: ['{src,test,bench,infra,coverage}/**', '**/.*/**'],
  outDir: './.vitepress/dist',
  cacheDir: './.vitepress/cache',
  rewrites: { 'README.md': 'index.md', 'docs/README.md': 'docs/index.md' },
  ignoreDeadLinks: [/\/LICENSE$/, /\/index$/],
  markdown: {
    anchor: { slugify },
    languageAlias: { cjs: 'js', mjs: 'js', hcl: 'terraform' },
    config(md) {
      md.core.ruler.push('readme-links', ({ tokens }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet('href');
          if (href !== null && !/^[a-z]+:/.test(href)) token.attrSet('href', toIndex(href));
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      ...parts.map(({ text, items: [first] }) => ({ text, link: first?.link ?? first?.items[0]?.link ?? '/docs/' })),
      { text: 'API', link: '/docs/api/index.md' },
    ].map((each) => (each.text === 'Start' ? { ...each, link: '/docs/start/getting-started.md' } : each)),
    sidebar: {
      ...apiSidebars(),
      '/': parts.map((part) => ({ ...part, collapsed: false })),
    },
  },
  buildEnd({ outDir }) {
    for (const path of files) cpSync(join(root, path), join(outDir, path), { recursive: true });
    // VitePress takes a link without an ending for a page.
    writeFileSync(join(outDir, 'LICENSE.html'), `<pre>${readFileSync(join(root, 'LICENSE'), 'utf8')}</pre>`);
  },
};
