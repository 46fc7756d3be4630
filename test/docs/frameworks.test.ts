import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, readDocument, root } from './documents';

const blocks = blocksOf(readDocument('docs/guides/frameworks.md')).filter(({ info }) => info === 'mjs');

it.each(['express.mjs', 'fastify.mjs'])('docs/guides/frameworks.md has %s as the project of CI runs it', (file) => {
  const text = readFileSync(join(root, 'test/consumers/services', file), 'utf8');

  expect(blocks.map(({ code }) => code)).toContain(text);
});
