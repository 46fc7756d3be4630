// Measures what is built against its goals, beside the peers: npm run bench [-- area ...]
import { table } from '../table';
import { measureBundle } from './bundle';
import { measureHot } from './hot';
import { measureImport } from './import';
import { measureFifty } from './fifty';
import { measureMemory } from './memory';
import { measureRounds } from './rounds';
import { type Measured, type Result, verdict } from './result';

const areas: Readonly<Record<string, () => Promise<Measured>>> = {
  hot: measureHot,
  import: measureImport,
  bundle: measureBundle,
  rounds: measureRounds,
  fifty: measureFifty,
  memory: measureMemory,
};

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => areas[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`No such area: ${unknown.join(', ')}. There are ${Object.keys(areas).join(', ')}.`);
  const results: Result[] = [];
  const details: string[] = [];
  for (const [name, measure] of Object.entries(areas)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`${name} ...\n`);
    const measured = await measure();
    results.push(...measured.results);
    details.push(...(measured.details ?? []));
  }
  const rows = results.map((each) => [
    each.what,
    each.goal,
    each.ours,
    each.peer,
    each.ratio?.toFixed(2) ?? '',
    verdict(each),
  ]);
  console.log(table(['what', 'goal', 'ours', 'peer', 'ratio', 'verdict'], rows));
  for (const each of details) console.log(`\n${each}`);
}

void main(process.argv.slice(2));
