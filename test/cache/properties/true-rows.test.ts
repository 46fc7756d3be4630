import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, decodeAttribute } from '../../../src/aws/attribute-value';
import { startLocalAws } from '../../../src/local-aws/local-aws';
import { fc } from '../../setup/fast-check';
import { putRows } from '../e2e/orders-aws';
import { clientOptions } from '../fleet-process';
import { table } from '../rows';
import { type Answer, show, World, type WorldTable } from './world';
import { type ChainModel, plantKinds, secretModes, type WorldModel, worlds, worldThatMeets } from './world-model';

const names = ['a', 'A', 'b', 'c', 'nope'];
const directories = ['/orders/prod', '/orders/all', '/global/all'];

/** Gives what the plain rows of the table say otherwise than a lookup without a cache does. */
async function untrueRows(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  for (const row of await world.rows()) {
    const paths = row['cache_concat_directory_paths']?.S;
    const providers = row['cache_concat_provider_names']?.S;
    if (paths === undefined || providers === undefined) continue;
    const chain = chainOf(paths, providers);
    const name = (chain.strategy === 'names' ? row['name_key']?.S?.split('|+|', 1)[0] : row['real_name']?.S) ?? '';
    const directory = row['real_directory']?.S ?? '';
    const says: Answer =
      directory === '/_nonExistent'
        ? { kind: 'missing' }
        : { kind: 'found', value: row['value'] && decodeAttribute(row['value']), directory };
    for (const host of ['one', 'other'] as const) {
      const fresh = await world.answerWithoutCache(chain, name, { host, troubles: [] });
      if (isDeepStrictEqual(says, fresh)) continue;
      found.push(`row ${row['name_key']?.S} says ${show(says)}, host ${host} ${show(fresh)}`);
    }
  }
  return found;
}

/** Gives the lookup that a row names as its own. */
function chainOf(paths: string, providers: string): ChainModel {
  const sources = providers.split('|');
  const strategy = sources.at(-1) === 'names' ? 'names' : 'listing';
  return { strategy, directories: paths.split('|'), sources: sources.filter((each) => each !== 'names') };
}

/** What of the rows that were in the tables of all worlds from the start was met and used: a kind of row, and a mode. */
const met = new Set<string>();
const used = new Set<string>();

/** Runs the processes of a world, and fails when the cache has changed an answer or holds a row that is not true. */
function check(
  run: (world: World) => Promise<readonly string[]>,
  emptyTable?: () => Promise<WorldTable>,
): (model: WorldModel) => Promise<void> {
  return async (model) => {
    const world = new World(model, await emptyTable?.());
    const differences = [...(await run(world)), ...(await untrueRows(world))];
    for (const each of world.met) met.add(each);
    for (const each of world.used) used.add(each);
    if (differences.length > 0) throw new Error(differences.join('\n'));
  };
}

const oneAfterTheOther = check((world) => world.run());
const atTheSameTime = check((world) => world.runTogether());

describe('the shared cache, in random worlds', () => {
  beforeEach(() => {
    met.clear();
    used.clear();
  });

  test('gives the answers of a lookup without a cache, and holds nothing else', async () => {
    const models = worlds({ names, directories, troubled: false });

    await fc.assert(fc.asyncProperty(models, oneAfterTheOther), { numRuns: 300 });
  });

  test('uses no plain row of a secret unless secrets are cached in plain, and no row of a secret without a value', async () => {
    const models = worlds({ names: ['a', 'b'], directories: ['/orders/prod', '/orders/all'], troubled: false });
    const examples = plantKinds.flatMap((kind) =>
      secretModes.map((mode): [WorldModel] => [worldThatMeets(kind, mode)]),
    );

    await fc.assert(fc.asyncProperty(models, oneAfterTheOther), { numRuns: 300, examples });

    const all = plantKinds.flatMap((kind) => secretModes.map((mode) => `${kind} ${mode}`));
    expect([...met].sort()).toEqual([...all].sort());
    const missing = secretModes.map((mode) => `missing ${mode}`);
    expect([...used].sort()).toEqual([...missing, 'our secrets plaintext', 'secret plaintext'].sort());
  });

  test('gives the same answers while sources refuse and fail', async () => {
    const models = worlds({ names, directories, troubled: true });

    await fc.assert(fc.asyncProperty(models, oneAfterTheOther), { numRuns: 300 });
  });

  test('gives the same answers over HTTP', async () => {
    const aws = await startLocalAws({ seed: { tables: { [table]: {} } } });
    const client = new DynamoDBClient(clientOptions(aws.url));
    const worldTable = { client, allRows: () => aws.rows(table), plant: (row: AttributeMap) => putRows(aws, [row]) };
    const emptyTable = async (): Promise<WorldTable> => {
      await aws.clearTable(table);
      return worldTable;
    };
    const models = worlds({ names, directories, troubled: true });

    await fc.assert(
      fc.asyncProperty(
        models,
        check((world) => world.run(), emptyTable),
      ),
      { numRuns: 25 },
    );

    client.destroy();
    await aws.close();
  });

  test('gives the same answers to processes that run at the same time', async () => {
    const models = worlds({ names, directories, troubled: false });

    await fc.assert(fc.asyncProperty(models, atTheSameTime), { numRuns: 50 });
  });
});
