// The site of the documentation: npm run docs:site. Its source is the repository's pages, with the links they have there.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const index = readFileSync(join(root, 'docs/README.md'), 'utf8');

/** What pages link to that is no page. */
const files = ['LICENSE', 'infra', 'docs/demo', 'docs/examples'];

/** The anchor of a heading, as GitHub makes it, and as the tests of the links expect it. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** The parts of the index with their links, in its order. */
const parts = index
  .split(/^## /m)
  .slice(1)
  .map((part) => {
    const [text = ''] = part.split('\n');
    const links = [...part.matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)];
    const pages = new Map(links.map(([, name, path]) => [join('/docs', path), name]));
    return { text, items: [...pages].map(([link, name]) => ({ text: name, link })) };
  });

/** The pages that `npm run docs:api` made: a group for each module, a link for each kind of export. */
function apiGroups(folder = join(root, 'docs/api')) {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  const modules = pages.filter((path) => path.endsWith('index.md') && path !== 'index.md').toSorted();
  return modules.map((module) => {
    const home = dirname(module);
    const own = pages.filter((path) => path !== module && dirname(dirname(path)) === home).toSorted();
    const items = own.map((path) => ({
      text: path.replace(/^.*\//, '').replace(/\.md$/, ''),
      link: `/docs/api/${path}`,
    }));
    return { text: home, link: `/docs/api/${module}`, collapsed: true, items };
  });
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
  ignoreDeadLinks: [/\/LICENSE$/],
  markdown: { anchor: { slugify }, languageAlias: { cjs: 'js', mjs: 'js', hcl: 'terraform' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      ...parts.map(({ text, items: [first] }) => ({ text, link: first?.link ?? '/docs/' })),
      { text: 'API', link: '/docs/api/index.md' },
    ].map((each) => (each.text === 'Start' ? { ...each, link: '/docs/start/getting-started.md' } : each)),
    sidebar: {
      '/docs/api/': apiGroups(),
      '/': parts.map((part) => ({ ...part, collapsed: false })),
    },
  },
  buildEnd({ outDir }) {
    for (const path of files) cpSync(join(root, path), join(outDir, path), { recursive: true });
  },
};
