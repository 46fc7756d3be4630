/**
 * Writes what the help of each command says into docs/reference/cli.md, from the heading `Commands` to the end.
 *
 * Usage: node .ci/cli-reference.mjs [--check]      with `--check`, fails when the page is not current
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { common, root } from './build/project.mjs';

const page = join(root, 'docs/reference/cli.md');
const heading = '\n## Commands\n';

const { commands, helpOf } = await load();
const text = readFileSync(page, 'utf8');
const [intro, ...rest] = text.split(heading);
if (rest.length !== 1) throw new Error(`docs/reference/cli.md does not have the heading Commands once.`);
const current = `${intro}${heading}\n${await reference()}`;
if (!process.argv.includes('--check')) writeFileSync(page, current);
else if (text !== current) {
  console.error('docs/reference/cli.md is not current: run node .ci/cli-reference.mjs');
  process.exitCode = 1;
}

/** Gives a section for each command: the text that its `--help` prints. */
async function reference() {
  const sections = [fenced(await helpOf(commands))];
  for (const entry of commands) sections.push(`### xcon ${entry.name}\n`, fenced(await helpOf(commands, entry)));
  return sections.join('\n');
}

function fenced(help) {
  // The same for every command: they are in the help of the program.
  const own = help.replace(/\nGlobal Options:\n[^]*?\n(?=\n|$)/, '');
  return `\`\`\`text\n${own.trimEnd()}\n\`\`\`\n`;
}

/** Builds the sources of the commands, and loads them. */
async function load() {
  const contents = "export { commands } from './src/cli/commands'; export { helpOf } from './src/cli/parse-arguments';";
  const { outputFiles } = await build({
    ...common,
    stdin: { contents, resolveDir: root, loader: 'ts' },
    format: 'cjs',
    write: false,
  });
  const module = { exports: {} };
  const run = new Function('module', 'exports', 'require', outputFiles[0].text);
  run(module, module.exports, createRequire(join(root, 'package.json')));
  return module.exports;
}
