import { startLocalAwsProcess } from '../local-aws-client';
import { runChild } from './child';
import { type MemoryReport } from './memory-report';
import { itemName, itemsInMemory, memoryDirectory } from './memory-world';
import { type Measured, median, type Result } from './result';
import { cacheVariables, orders } from './world';

const megabyte = 1024 * 1024;
const processes = 3;
/** What a heap may differ by though nothing was added to it. */
const tolerance = 0.1 * megabyte;

/** Measures what the library keeps in memory. */
export async function measureMemory(): Promise<Measured> {
  const parameters = Array.from({ length: itemsInMemory }, (_item, index) => [
    `${memoryDirectory}/${itemName(index)}`,
    `value number ${index}`,
  ]);
  const aws = await startLocalAwsProcess({ seed: { ssm: Object.fromEntries(parameters) as Record<string, string> } });
  const env = { ...aws.environment, ...orders, ...cacheVariables.none };
  const reports: MemoryReport[] = [];
  for (let index = 0; index < processes; index += 1) {
    reports.push(await runChild<MemoryReport>('memory-process', { nodeArgs: ['--expose-gc'], env }));
  }
  await aws.stop();
  const middle = (key: keyof MemoryReport): number => median(reports.map((report) => report[key]));
  const most = 8 * megabyte;
  return {
    results: [
      limited('10,000 items in memory', '<= 8 MB', middle('listedBytes'), most),
      limited('10,000 items in memory, each looked up', '<= 8 MB', middle('answeredBytes'), most),
      limited('1,000,000 lookups', 'no growth', middle('growthBytes'), tolerance),
      limited(
        '1,000,000 lookups of unknown names, all different',
        'no growth',
        middle('strangeGrowthBytes'),
        tolerance,
      ),
    ],
  };
}

function limited(what: string, goal: string, bytes: number, most: number): Result {
  return { what, goal, ours: `${(bytes / megabyte).toFixed(2)} MB`, peer: '', met: bytes <= most };
}
