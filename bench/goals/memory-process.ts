// Measures how much the heap holds: node --expose-gc memory-process.cjs
import { setTimeout as sleep } from 'node:timers/promises';
import { Config, config, xconSettings } from 'xcon';
import { type MemoryReport } from './memory-report';
import { itemName, itemsInMemory, memoryDirectory } from './memory-world';

const lookups = 1_000_000;
let seen: unknown;

async function main(): Promise<void> {
  xconSettings.lookupBudgetMs = 120_000;
  // Loads the SDK, which is not what is measured.
  await config.get('nothing');
  const before = await heapBytes();
  const many = new Config({ directories: [memoryDirectory] });
  seen = await many.get(itemName(0));
  const listed = await heapBytes();
  for (let index = 0; index < itemsInMemory; index += 1) seen = await many.get(itemName(index));
  const answered = await heapBytes();
  await lookUp(many, lookups / 10, itemName);
  const warm = await heapBytes();
  await lookUp(many, lookups, itemName);
  const lookedUp = await heapBytes();
  await lookUp(many, 2 * itemsInMemory, unknownName);
  const strange = await heapBytes();
  await lookUp(many, lookups, (index) => unknownName(index + 2 * itemsInMemory));
  const stranger = await heapBytes();
  await config.close();
  const report: MemoryReport = {
    listedBytes: listed - before,
    answeredBytes: answered - before,
    growthBytes: lookedUp - warm,
    strangeGrowthBytes: stranger - strange,
  };
  process.stdout.write(JSON.stringify(report));
}

async function lookUp(from: Config, times: number, name: (index: number) => string): Promise<void> {
  for (let index = 0; index < times; index += 1) seen = await from.get(name(index));
}

function unknownName(index: number): string {
  return `unknown ${index}`;
}

/** What is in use once nothing more can be collected. */
async function heapBytes(): Promise<number> {
  for (let pass = 0; pass < 4; pass += 1) {
    await sleep(20);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

void main().then(() => seen);
