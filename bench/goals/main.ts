// Measures what is built against its goals, beside the peers: npm run bench [-- area ...]
import { table } from '../table';
import { measureBundle } from './bundle';
import { measureFifty } from './fifty';
import { measureHot } from './hot';
import { measureImport } from './import';
import { measureMemory } from './memory';
import { load, writePage } from './page';
import { type Measured, tableOf } from './result';
import { measureRounds } from './rounds';

const areas: Readonly<Record<string, () => Promise<Measured>>> = {
  hot: measureHot,
  rounds: measureRounds,
  fifty: measureFifty,
  import: measureImport,
  bundle: measureBundle,
  memory: measureMemory,
};

async function main(wanted: readonly string[]): Promise<void> {
  const names = Object.keys(areas);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`No such area: ${unknown.join(', ')}. There are ${names.join(', ')}.`);
  const busy = load();
  const measured: Record<string, Measured> = {};
  for (const [name, measure] of Object.entries(areas)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`${name} ...\n`);
    measured[name] = await measure();
  }
  const all = Object.values(measured);
  const { head, rows } = tableOf(all.flatMap(({ results }) => results));
  console.log(table(head, rows));
  const others = all.flatMap(({ details = [], sections = {} }) => [...details, ...Object.values(sections)]);
  for (const each of others) console.log(`\n${table(each.head, each.rows)}`);
  // Figures of one page belong to one run.
  if (wanted.length === 0) await writePage(measured, busy);
}

void main(process.argv.slice(2));
