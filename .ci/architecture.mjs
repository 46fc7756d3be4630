/**
 * Draws the layers of `src` and the way of a name through them: docs/images/architecture.svg.
 *
 * Usage: node .ci/architecture.mjs [--check]      with `--check`, fails when the picture is not current
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './build/project.mjs';

const layers = createRequire(import.meta.url)('./layers.cjs');
const file = join(root, 'docs/images/architecture.svg');
const lineHeight = 20;
const padding = 8;
const gap = 6;
const left = 150;
const width = 720;

/** Where a lookup passes, from the top down; the step is written beside the layer of the folder. */
const steps = {
  'config/config': '1  config.get(name)',
  config: '2  scope: settings, chain',
  chain: '3  the lookup order',
  cache: '4  shared cache table',
  memory: '5  memory, single flight',
  providers: '6  provider',
  aws: '7  AWS client',
  item: '8  DirectoryItem',
};

const picture = draw();
if (!process.argv.includes('--check')) writeFileSync(file, picture);
else if (readFileSync(file, 'utf8') !== picture) {
  console.error('docs/images/architecture.svg is not current: run node .ci/architecture.mjs');
  process.exitCode = 1;
}

function draw() {
  let y = 40;
  const parts = [];
  for (const layer of layers.toReversed()) {
    const entries = Object.entries(layer);
    const height = entries.length * lineHeight + 2 * padding;
    parts.push(`<rect x="${left}" y="${y}" width="${width}" height="${height}" rx="6"/>`);
    entries.forEach(([name, purpose], index) => {
      const baseline = y + padding + index * lineHeight + 14;
      parts.push(`<text class="name" x="${left + 14}" y="${baseline}">${name}</text>`);
      parts.push(`<text x="${left + 194}" y="${baseline}">${escaped(purpose)}</text>`);
      if (steps[name] !== undefined)
        parts.push(`<text class="step" x="${left - 12}" y="${baseline}" text-anchor="end">${steps[name]}</text>`);
    });
    y += height + gap;
  }
  const title = 'Layers of src: imports point down; at the left, the way of a name';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 0 ${left + width + 40} ${y + 10}" width="${left + width + 40}" height="${y + 10}" role="img" aria-label="${title}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .name { font-weight: 600; }
    .step { fill: #0969da; }
    rect { fill: #f6f8fa; stroke: #d0d7de; }
    .page { fill: #ffffff; stroke: #d1d9e0; }
    @media (prefers-color-scheme: dark) {
      text { fill: #d0d7de; } .step { fill: #58a6ff; } rect { fill: #161b22; stroke: #30363d; } .page { fill: #0d1117; stroke: #3d444d; }
    }
  </style>
  <rect class="page" x="-19.5" y="0.5" width="${left + width + 39}" height="${y + 9}" rx="8"/>
  <text x="${left}" y="24" class="name">${title}</text>
  ${parts.join('\n  ')}
</svg>
`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
