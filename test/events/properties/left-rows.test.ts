import { type AttributeMap } from '../../../src/aws/attribute-value';
import { fc } from '../../setup/fast-check';
import { CacheWorld } from '../cache-world';
import { queueBatch } from '../fixtures/batches';
import {
  changed,
  directories,
  environs,
  eventOf,
  lookUp,
  type ModelRow,
  type PlaceChange,
  placeKey,
  places,
  recordsOf,
  rowOf,
  rows,
  type Sources,
} from './source-world';

/** How events come, and how the handler works. */
const habits = fc.record({
  hasIndex: fc.boolean(),
  pageRows: fc.constantFrom(1, 2, 5, 1000),
  oneByOne: fc.boolean(),
});
type Habits = typeof habits extends fc.Arbitrary<infer T> ? T : never;

/** Gives a value to random places. */
function sourcesOf(of: readonly ('ssm' | 'secrets' | 'dynamo')[]): fc.Arbitrary<Sources> {
  return fc
    .array(places(of), { maxLength: 12 })
    .map((all) => new Map(all.map((each, index) => [placeKey(each), `value ${index}`])));
}

/** Puts rows as lookups have left them, changes the sources, and lets the handler follow. @returns The rows that are left. */
async function follow(
  all: readonly ModelRow[],
  before: Sources,
  changes: readonly PlaceChange[],
  { hasIndex, pageRows, oneByOne }: Habits,
): Promise<readonly ModelRow[]> {
  const world = new CacheWorld();
  world.dynamo.scanPageRows = pageRows;
  world.dynamo.scanPageUnits = 0;
  const keys = new Map<ModelRow, string>();
  for (const each of all) {
    const row = rowOf(each, before);
    keys.set(each, keyOf(row));
    await world.dynamo.plant(row);
  }
  const records = changes.filter(({ source }) => source === 'dynamo');
  const events = changes
    .filter(({ source }) => source !== 'dynamo')
    .map((each, index) => eventOf(each, before, `${index}`));
  const batches = oneByOne ? events : [queueBatch(...events)];
  // Without an index, the directory of a partition is looked for elsewhere only where that is said.
  const options = { index: hasIndex, sharedDirectories: hasIndex ? [] : environs };
  for (const batch of [...batches, recordsOf(records)]) {
    expect((await world.handle(batch, options))?.batchItemFailures ?? []).toEqual([]);
  }
  const left = new Set(world.dynamo.rows.map(keyOf));
  return all.filter((each) => left.has(keys.get(each) ?? ''));
}

function keyOf(row: AttributeMap): string {
  return JSON.stringify([row['app_key']?.S, row['name_key']?.S]);
}

/** Whether a change is where a row was found, or above, or anywhere in the chain of a name that was missing. */
function concerns(change: PlaceChange, { chain, name }: ModelRow, before: Sources): boolean {
  const found = lookUp(chain, name, before);
  const end =
    found === undefined ? undefined : chain.directories.indexOf((JSON.parse(found) as PlaceChange).directory) + 1;
  return change.name === name && chain.directories.slice(0, end).includes(change.directory);
}

describe('the rows that are left behind', () => {
  it('are exactly those whose fresh lookup is unchanged, when each change changes what its directory has', async () => {
    // One source, so that a directory has one value for a name; each place changes once, to another value.
    const worlds = sourcesOf(['dynamo']).chain((before) =>
      fc.record({
        before: fc.constant(before),
        all: rows(),
        changes: fc
          .uniqueArray(places(['dynamo']), { selector: placeKey, minLength: 1, maxLength: 6 })
          .chain((changedPlaces) => fc.tuple(...changedPlaces.map((place) => changeOf(place, before)))),
        how: habits,
      }),
    );
    const property = fc.asyncProperty(worlds, async ({ before, all, changes, how }) => {
      const after = changed(before, changes);

      const left = await follow(all, before, changes, how);

      const unchanged = all.filter(({ chain, name }) => lookUp(chain, name, before) === lookUp(chain, name, after));
      expect(left).toEqual(unchanged);
    });

    await fc.assert(property, { numRuns: 300 });
  });

  it('are never wrong, whatever changes, and however often; none is dropped that no change concerns', async () => {
    const change = fc
      .record({ place: places(), value: fc.constantFrom('value 0', 'value 1', 'new', undefined) })
      .map(({ place, value }): PlaceChange => ({ ...place, value }));
    const worlds = fc.record({
      before: sourcesOf(['ssm', 'secrets', 'dynamo']),
      all: rows(),
      changes: fc.array(change, { minLength: 1, maxLength: 8 }),
      how: habits,
    });
    const property = fc.asyncProperty(worlds, async ({ before, all, changes, how }) => {
      const after = changed(before, changes);

      const left = new Set(await follow(all, before, changes, how));

      for (const row of all) {
        const isUnchanged = lookUp(row.chain, row.name, before) === lookUp(row.chain, row.name, after);
        const isConcerned = changes.some((each) => concerns(each, row, before));
        if (!isUnchanged) expect([row, left.has(row)]).toEqual([row, false]);
        expect([row, left.has(row)]).toEqual([row, !isConcerned]);
      }
    });

    await fc.assert(property, { numRuns: 300 });
  });
});

it('every directory of the model is one that a chain can have', () => {
  expect(directories.every((each) => /^(\/[a-z]+)+$/.test(each))).toBe(true);
});

/** Changes a place to what it does not have. */
function changeOf(place: Omit<PlaceChange, 'value'>, before: Sources): fc.Arbitrary<PlaceChange> {
  const now = before.get(placeKey(place));
  const values = now === undefined ? ['new'] : ['new', undefined];
  return fc.constantFrom(...values).map((value) => ({ ...place, value }));
}
