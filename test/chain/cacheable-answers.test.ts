import { cacheableAnswers, type KnownPlaces, namedAnswer } from '../../src/chain/cacheable-answers';
import { attemptOf, type Place, type PlaceOutcome, walk } from '../../src/chain/walk';
import { DirectoryItem, DirectoryListing, type ListingEntry, type ListingOutcome, Unavailable } from '../../src/index';
import { Stale } from '../../src/memory/stale';
import { fc } from '../setup/fast-check';
import { directory, envOf, item, MapProvider, unread } from './doubles';

const refusal = new Unavailable('AccessDenied', 'allow it');
const provider = new MapProvider({ name: 'ssm', cacheName: 'ssm@eu-west-1' });

const nothingRead: KnownPlaces['secret'] = () => 'unread';
const knowing = (
  listings: readonly (readonly ListingEntry[] | Unavailable | undefined)[],
  secret: KnownPlaces['secret'] = nothingRead,
): { places: readonly Place[]; known: KnownPlaces } => {
  const places = listings.map((_, index): Place => ({ provider, directory: directory(`/d${index}`) }));
  const listing = (place: Place): ListingOutcome | undefined => {
    const held = listings[places.indexOf(place)];
    return held === undefined || held instanceof Unavailable ? held : new DirectoryListing(place.directory, held);
  };
  return { places, known: { listing, secret } };
};

it('gives every item of the listings, each with the cache name of its provider', () => {
  const [one, two] = [item('one', 1), item('two', 2)];
  const { places, known } = knowing([[one], [two]]);

  const answers = cacheableAnswers(places, known);

  expect(answers).toEqual([
    { name: 'one', item: one, provider: 'ssm@eu-west-1' },
    { name: 'two', item: two, provider: 'ssm@eu-west-1' },
  ]);
});

it('gives the item of the first place for a name that several have', () => {
  const { places, known } = knowing([[item('x', 'upper')], [item('x', 'lower')]]);

  const answers = cacheableAnswers(places, known);

  expect(answers.map((each) => each.item?.value)).toEqual(['upper']);
});

it.each([
  ['is being read or failed', undefined],
  ['is not permitted', refusal],
])('gives nothing from below a place that %s, nor that a name is missing', (_, held) => {
  const { places, known } = knowing([[item('above', 1)], held, [item('below', 2)]]);

  const answers = cacheableAnswers(places, known, 'missing');

  expect(answers.map(({ name }) => name)).toEqual(['above']);
});

it('gives nothing from a provider that is not cacheable, and nothing below it', () => {
  const env = envOf({});
  const places: readonly Place[] = [
    { provider, directory: directory('/a') },
    { provider: env, directory: directory('/a') },
    { provider, directory: directory('/b') },
  ];
  const listing = (place: Place): ListingOutcome =>
    new DirectoryListing(place.directory, [item(`x${places.indexOf(place)}`, 1)]);

  const answers = cacheableAnswers(places, { listing, secret: nothingRead }, 'missing');

  expect(answers.map(({ name }) => name)).toEqual(['x0']);
});

it('gives no item of one place over an unread secret of the same name', () => {
  const { places, known } = knowing([[unread('x')], [item('x', 'lower'), item('y', 1)]]);

  const answers = cacheableAnswers(places, known, 'x');

  expect(answers.map(({ name }) => name)).toEqual(['y']);
});

it('gives the value of a secret that was read, asking for its exact name', () => {
  const secret = item('x', 'read');
  const asked: string[] = [];
  const { places, known } = knowing([[unread('X', '/d0')]], (_, { exactName }) => {
    asked.push(exactName);
    return secret;
  });

  const answers = cacheableAnswers(places, known);

  expect(asked).toEqual(['/d0/X']);
  expect(answers).toEqual([{ name: 'x', item: secret, provider: 'ssm@eu-west-1' }]);
});

it('looks below a secret that is gone', () => {
  const { places, known } = knowing([[unread('x'), unread('y')], [item('x', 'lower')]], () => undefined);

  const answers = cacheableAnswers(places, known, 'y');

  expect(answers.map(({ name, item: found }) => [name, found?.value])).toEqual([
    ['x', 'lower'],
    ['y', undefined],
  ]);
});

it.each([
  ['a secret that may not be read', unread('x')],
  ['an entry that was refused', { kind: 'refused' as const, name: 'x', refusal }],
  [
    'an item that may not be cached',
    new DirectoryItem({ name: 'x', value: 1, directory: directory('/d0'), cacheable: false }),
  ],
])('gives nothing for a name with %s, but its neighbours', (_, entry) => {
  const { places, known } = knowing([[entry, item('y', 1)], [item('x', 2)]], () => refusal);

  const answers = cacheableAnswers(places, known, 'x');

  expect(answers.map(({ name }) => name)).toEqual(['y']);
});

it('says that a name is missing only when no place has it', () => {
  const { places, known } = knowing([[item('x', 1)]]);

  expect(cacheableAnswers(places, known, 'y').at(-1)).toEqual({ name: 'y', item: undefined, provider: undefined });
  expect(cacheableAnswers(places, known, 'x')).toHaveLength(1);
});

describe('the answer of a walk by exact name', () => {
  const places = ['/a', '/b'].map((path): Place => ({ provider, directory: directory(path) }));
  const answerOf = (outcomes: readonly PlaceOutcome[], asked: readonly Place[] = places) => {
    const attempts = outcomes.map((outcome, index) => attemptOf(asked[index] as Place, outcome));
    const last = outcomes.at(-1);
    const found = last instanceof DirectoryItem ? last : undefined;
    return namedAnswer('X', asked.slice(0, outcomes.length), { item: found, attempts });
  };

  it('can be cached when every place above it was empty', () => {
    const found = item('X', 1);

    expect(answerOf([found])).toEqual([{ name: 'X', item: found, provider: 'ssm@eu-west-1' }]);
    expect(answerOf([undefined, found])).toEqual([{ name: 'X', item: found, provider: 'ssm@eu-west-1' }]);
  });

  it('is that the name is missing when all places were empty', () => {
    expect(answerOf([undefined, undefined])).toEqual([{ name: 'X', item: undefined, provider: undefined }]);
  });

  it('cannot be cached below a place that is not permitted, nor can the absence of a name', () => {
    expect(answerOf([refusal, item('X', 1)])).toEqual([]);
    expect(answerOf([undefined, refusal])).toEqual([]);
  });

  it('cannot be cached when its item, or a provider above it, is not cacheable', () => {
    const uncacheable = new DirectoryItem({ name: 'X', value: 1, directory: directory('/a'), cacheable: false });
    const mixed: readonly Place[] = [{ provider: envOf({}), directory: directory('/a') }, ...places];

    expect(answerOf([uncacheable])).toEqual([]);
    expect(answerOf([undefined, item('X', 1)], mixed)).toEqual([]);
  });
});

const names = ['a', 'b', 'c'] as const;
type SecretFate = 'read' | 'gone' | 'refused' | 'not read';
type Entry = 'none' | 'item' | 'uncacheable' | 'refused' | `secret ${SecretFate}`;
const entries: readonly Entry[] = [
  'none',
  'item',
  'uncacheable',
  'refused',
  'secret read',
  'secret gone',
  'secret refused',
  'secret not read',
];
interface World {
  readonly state: 'listed' | 'refused' | 'failed' | 'not cacheable';
  readonly entries: readonly Entry[];
}
const worlds = fc.array(
  fc.record<World>({
    state: fc.constantFrom('listed', 'listed', 'listed', 'listed', 'refused', 'failed', 'not cacheable'),
    entries: fc.tuple(...names.map(() => fc.constantFrom(...entries))),
  }),
  { maxLength: 5 },
);

it('equals a fresh lookup for every name whose answer can be cached, and gives no other', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { places, known, read } = make(world);

      const answers = cacheableAnswers(places, known, 'missing');

      expect(new Set(answers.map(({ name }) => name)).size).toBe(answers.length);
      for (const name of [...names, 'missing']) {
        const fresh = await walk(places, (place) => read(place, name), { waitingFor: '' }).catch(() => undefined);
        const sure = fresh !== undefined && isSure(world, name, fresh.item);
        const answer = answers.find((each) => each.name === name);
        if (!sure) expect(answer).toBeUndefined();
        else if (fresh.item !== undefined) expect(answer?.item).toBe(fresh.item);
        else if (name === 'missing') expect(answer).toEqual({ name, item: undefined, provider: undefined });
        else expect(answer).toBeUndefined();
      }
    }),
    { numRuns: 500 },
  );
});

/** Whether a fresh lookup would give the same tomorrow: nothing above its answer was hidden, and the answer may be kept. */
function isSure(world: readonly World[], name: string, found: DirectoryItem | undefined): boolean {
  for (const { state, entries: held } of world) {
    if (state !== 'listed') return false;
    const entry = held[names.indexOf(name as 'a')] ?? 'none';
    if (entry === 'none' || entry === 'secret gone') continue;
    return found !== undefined && (entry === 'item' || entry === 'secret read');
  }
  return true;
}

function make(world: readonly World[]) {
  const env = envOf({});
  const places = world.map(({ state }, index): Place => ({
    provider: state === 'not cacheable' ? env : provider,
    directory: directory(`/d${index}`),
  }));
  const values = new Map<string, DirectoryItem>();
  const listings = world.map(({ entries: held }, index): readonly ListingEntry[] =>
    held.flatMap((entry, position): readonly ListingEntry[] => {
      const name = names[position] ?? 'a';
      const path = `/d${index}`;
      const cacheable = entry !== 'uncacheable';
      const found = new DirectoryItem({ name, value: `${path}/${name}`, directory: directory(path), cacheable });
      if (entry === 'none') return [];
      if (entry === 'refused') return [{ kind: 'refused', name, refusal }];
      if (!entry.startsWith('secret')) return [found];
      values.set(`${path}/${name}`, found);
      return [unread(name, path)];
    }),
  );
  const fateOf = (exactName: string): SecretFate => {
    const [, path = '', name = ''] = exactName.split('/');
    return world[Number(path.slice(1))]?.entries[names.indexOf(name as 'a')]?.slice('secret '.length) as SecretFate;
  };
  const secretOf = (exactName: string): PlaceOutcome => {
    const fate = fateOf(exactName);
    if (fate === 'refused') return refusal;
    return fate === 'gone' ? undefined : values.get(exactName);
  };
  const listing = (place: Place): ListingOutcome | undefined => {
    const index = places.indexOf(place);
    const state = world[index]?.state;
    if (state === 'failed') return undefined;
    return state === 'refused' ? refusal : new DirectoryListing(place.directory, listings[index] ?? []);
  };
  const secret: KnownPlaces['secret'] = (_, { exactName }) =>
    fateOf(exactName) === 'not read' ? 'unread' : secretOf(exactName);
  const read = (place: Place, name: string): PlaceOutcome => {
    const listed = listing(place);
    if (listed === undefined) throw new Error('down');
    if (listed instanceof Unavailable) return listed;
    const entry = listed.find(name);
    if (entry === undefined || entry instanceof DirectoryItem) return entry;
    return entry.kind === 'unread' ? secretOf(entry.exactName) : entry.refusal;
  };
  return { places, known: { listing, secret }, read };
}

describe('what is stale', () => {
  const stale = item('x', 1).asStale('2030-01-01T00:00:00.000Z');
  const { absence } = new Stale('a listing', { goodAtMs: 0, untilMs: 1, reason: 'down' });

  it('cannot be cached, unlike the rest of its listing', () => {
    const other = item('y', 2);
    const { places, known } = knowing([[stale, other], [item('x', 'lower')]]);

    expect(cacheableAnswers(places, known).map(({ name }) => name)).toEqual(['y']);
  });

  it.each<[string, PlaceOutcome[], number]>([
    ['an item', [stale], 0],
    ['a place above', [absence, item('x', 1)], 0],
    ['nothing', [undefined, item('x', 1)], 1],
  ])('as %s leaves the expected number of answers by name (%#)', async (_, outcomes, count) => {
    const { places } = knowing(outcomes.map(() => undefined));
    const given = [...outcomes];
    const result = await walk(places, () => given.shift(), { waitingFor: '' });

    expect(namedAnswer('x', places, result)).toHaveLength(count);
  });
});
