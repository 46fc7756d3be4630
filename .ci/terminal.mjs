/**
 * Draws a session at a terminal from what the commands print: docs/images/terminal.svg.
 *
 * The commands of the built package run in a pseudo-terminal (`script` of util-linux), against a local AWS with the seed of the demo.
 *
 * Usage: node .ci/terminal.mjs [--check] [--dist <folder>]
 *   --check   fails when the picture is not current; numbers, such as times and versions, are not compared
 *   --dist    the built package; default: dist
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/project.mjs';

const columns = 88;
const lineHeight = 19;
const characterWidth = 8;
const padding = 16;
const titleHeight = 34;
/** What the codes of escape sequences begin and end. */
const classes = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };
const ends = { 22: ['bold', 'dim'], 39: ['red', 'green', 'yellow', 'cyan'] };
const commands = [
  'xcon list -s orders -e prod',
  'xcon explain DB_HOST -s orders -e prod',
  'xcon diff staging prod -s orders',
  'xcon doctor -s orders -e prod',
];

const { values: options } = parseArgs({
  options: { check: { type: 'boolean', default: false }, dist: { type: 'string', default: 'dist' } },
});
const dist = resolve(root, options.dist);
const file = join(root, 'docs/images/terminal.svg');
const { startLocalAws } = createRequire(import.meta.url)(join(dist, 'cjs/testing.js'));

const picture = drawing(await session());
if (!options.check) writeFileSync(file, picture);
else if (withoutNumbers(readFileSync(file, 'utf8')) !== withoutNumbers(picture)) {
  console.error('docs/images/terminal.svg is not current: npm run build, then node .ci/terminal.mjs');
  process.exitCode = 1;
}

/** Runs the commands. @returns The lines of the screen, with their escape sequences. */
async function session() {
  const aws = await startLocalAws({ seed: join(root, 'docs/demo/seed.yaml') });
  const lines = [];
  try {
    for (const command of commands) {
      const output = await run(command, aws);
      const shown = output.replaceAll(`${aws.port}`, '4567').trimEnd();
      if (lines.length > 0) lines.push('');
      lines.push(`\u001b[32m$\u001b[39m \u001b[1m${command}\u001b[22m`, ...shown.split(/\r?\n/));
    }
  } finally {
    await aws.close();
  }
  return lines;
}

/** Runs a command at a pseudo-terminal. @returns What it prints on standard output. */
async function run(command, aws) {
  const program = `${JSON.stringify(process.execPath)} ${JSON.stringify(join(dist, 'cjs/xcon.js'))}`;
  // Progress on standard error would be drawn over the answer.
  const line = `stty cols ${columns} rows 60; exec ${command.replace(/^xcon/, program)} 2>/dev/null`;
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, TERM: 'xterm-256color', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: join(root, 'docs/demo'),
    env: { ...env, ...aws.environment, XCON_PROVIDERS: 'env,ssm,secrets,dynamo' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  // 1: differences or problems, which are part of an answer.
  if (code > 1) throw new Error(`${command} ended with ${code}: ${Buffer.concat(chunks)}`);
  return Buffer.concat(chunks).toString();
}

function drawing(lines) {
  const width = columns * characterWidth + 2 * padding;
  const height = titleHeight + lines.length * lineHeight + padding;
  const texts = lines.map((line, index) => {
    const y = titleHeight + (index + 1) * lineHeight - 4;
    return line === '' ? '' : `  <text x="${padding}" y="${y}">${spans(line)}</text>\n`;
  });
  const dots = [0, 1, 2].map((index) => `  <circle cx="${padding + 6 + index * 20}" cy="${titleHeight / 2}" r="6"/>\n`);
  const label = `A session at a terminal: ${commands.join('; ')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">
  <style>
    text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace; fill: #1f2328; white-space: pre; }
    rect { fill: #f6f8fa; stroke: #d0d7de; }
    circle { fill: #d0d7de; }
    .bold { font-weight: 600; }
    .dim { fill: #59636e; }
    .red { fill: #cf222e; }
    .green { fill: #116329; }
    .yellow { fill: #7d4e00; }
    .cyan { fill: #1b7c83; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      rect { fill: #0d1117; stroke: #3d444d; }
      circle { fill: #3d444d; }
      .dim { fill: #9198a1; }
      .red { fill: #ff7b72; }
      .green { fill: #3fb950; }
      .yellow { fill: #d29922; }
      .cyan { fill: #39c5cf; }
    }
  </style>
  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${dots.join('')}${texts.join('')}</svg>
`;
}

/** Turns the colors of a line into elements, each at its own column: fonts differ in the width of their characters. */
function spans(line) {
  const active = new Set();
  let column = 0;
  return line
    .split(/(\u001b\[[\d;]*[A-Za-z])/)
    .map((part) => {
      const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
      if (codes !== undefined) {
        for (const code of codes.split(';')) {
          if (classes[code] !== undefined) active.add(classes[code]);
          else for (const each of ends[code] ?? [...active]) active.delete(each);
        }
        return '';
      }
      if (part === '' || part.startsWith('\u001b')) return '';
      return words(part).map((word) => {
        const at = padding + column * characterWidth;
        column += word.length;
        if (word.trim() === '') return '';
        const name = active.size === 0 ? '' : ` class="${[...active].join(' ')}"`;
        const length = word.length * characterWidth;
        return `<tspan x="${at}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${name}>${escaped(word)}</tspan>`;
      });
    })
    .flat()
    .join('');
}

/** Splits a text at gaps of columns: two spaces or more. */
function words(text) {
  return text.split(/( {2,})/);
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function withoutNumbers(text) {
  // What is said about Node 20 is not said with a newer one.
  return text.replace(/; the AWS SDK needs [^<]*/, '').replace(/\d+(?:\.\d+)*/g, '#');
}
