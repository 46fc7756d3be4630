import {
  config,
  type Directory,
  DirectoryItem,
  type ListingOutcome,
  Provider,
  type SecretOutcome,
  type UnreadSecret,
} from '../../../src/index';
import { type LocalAws } from '../../../src/local-aws/local-aws';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { table } from '../rows';
import { startOrdersAws } from './orders-aws';

let aws: LocalAws;
let process: FleetProcess;

beforeEach(async () => {
  aws = await startOrdersAws();
});

afterEach(async () => {
  await process.close();
  await aws.close();
});

/** A source that is asked for names one by one, and answers all at once. */
class NamedSource extends Provider {
  override readonly name = 'named';
  override readonly readsByName = true;

  override readDirectory(directory: Directory): Promise<ListingOutcome> {
    return Promise.resolve(this.listing(directory, {}));
  }

  override readSecrets(all: readonly UnreadSecret[]): ReadonlyMap<string, Promise<SecretOutcome>> {
    return new Map(all.map((each) => [each.exactName, Promise.resolve(this.find(each))]));
  }

  private find({ name, directory }: UnreadSecret): DirectoryItem | undefined {
    if (!name.startsWith('found')) return undefined;
    return new DirectoryItem({ name, value: name, directory, source: this.name, cacheName: this.name });
  }
}

function start(options: ProcessOptions = {}): void {
  process = new FleetProcess(aws, { settings: { refreshLease: false }, ...options });
}

/** Gives how many rows each write had, and fails when a row was written twice. */
async function batches(): Promise<readonly number[]> {
  await process.flush();
  const requests = aws.calls.of(/BatchWriteItem|PutItem/).map(({ body }) => {
    const { RequestItems: items } = body as {
      RequestItems?: Record<string, { PutRequest: { Item: { name_key: { S: string } } } }[]>;
    };
    return (items?.[table] ?? []).map(({ PutRequest: { Item: row } }) => row.name_key.S);
  });
  const keys = requests.flat();
  expect(new Set(keys).size).toBe(keys.length);
  return requests.map((each) => each.length);
}

const names = (count: number, prefix = 'missing') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test('1,000 concurrent lookups of one missing name write once', async () => {
  start();

  await process.values(Array<string>(1000).fill('nope'));

  // The name, and what was listed on the way: db_host, pool_size, region.
  expect(await batches()).toEqual([4]);
});

test('a load of 100 missing names takes one call for each 25 rows', async () => {
  start();

  await process.run(() => config.load(names(100)));

  expect(await batches()).toEqual([25, 25, 25, 25, 3]);
});

test('names that are looked up one by one, found and missing, take one call for each 25 rows', async () => {
  start({ config: { providers: [new NamedSource()], strategy: 'names', directories: ['/orders/prod'] } });

  await process.values([...names(60, 'found'), ...names(40)]);

  expect(await batches()).toEqual([25, 25, 25, 25]);
});

test('a start writes what it has listed together with the secrets that it has read', async () => {
  await aws.seed({ ssm: Object.fromEntries(names(40, 'p').map((name) => [`/orders/prod/${name}`, 'x'])) });
  start();

  await process.values(['p0', 'token', 'password', 'nope']);

  const sizes = await batches();
  expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(46);
  // What was listed is there first; the secrets come one round later.
  expect(sizes.length).toBeLessThanOrEqual(3);
});
