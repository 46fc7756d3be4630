import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { barChart } from '../bar-chart';
import { type Measured, type Table, tableOf } from './result';

const root = join(__dirname, '../..');
const page = join(root, 'docs/explanation/performance.md');

/** Tells how busy the machine is: processes that want to run, in the last minute. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

/**
 * Writes what was measured into `docs/explanation/performance.md`, area by area, and draws the charts.
 *
 * @param busy - The load before the run.
 */
export async function writePage(measured: Readonly<Record<string, Measured>>, busy: string): Promise<void> {
  let text = replaceBetween(readFileSync(page, 'utf8'), 'machine', machine(busy));
  for (const [name, { results, details = [], sections = {}, charts = [] }] of Object.entries(measured)) {
    text = replaceBetween(text, name, markdown(tableOf(results)));
    // The first is about the whole; the others are for maintainers.
    const [first] = details;
    if (first !== undefined) text = replaceBetween(text, `${name} parts`, markdown(first));
    for (const [place, table] of Object.entries(sections)) text = replaceBetween(text, place, markdown(table));
    for (const { file, ...chart } of charts) writeFileSync(join(root, 'docs/images', file), barChart(chart));
  }
  const style = await resolveConfig(page, { config: join(root, '.ci/prettier.json') });
  writeFileSync(page, await format(text, { ...style, parser: 'markdown' }));
}

function replaceBetween(text: string, name: string, replacement: string): string {
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/explanation/performance.md has no place for "${name}".`);
  return `${text.slice(0, from)}${begin}\n\n${replacement}\n\n${text.slice(to)}`;
}

function markdown({ head, rows }: Table): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/** Says what ran, and on what. */
function machine(busy: string): string {
  const all = cpus();
  const { dependencies } = JSON.parse(readFileSync(join(root, 'bench/package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const peers = Object.keys(dependencies).map((name) => `\`${name}\` ${versionOf(name)}`);
  const model = all[0]?.model.trim() ?? 'unknown';
  const when = new Date().toISOString().slice(0, 10);
  return `Measured on ${when}, with Node ${process.versions.node} on ${all.length} cores (${model}) with a load of ${busy}; ${peers.join(', ')}.`;
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(root, 'bench/node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
