import { type CacheSecrets, type LookupStrategy } from '../../../src/settings/settings-values';
import { fc } from '../../setup/fast-check';
import { configValues } from './config-values';
import {
  type EntryKind,
  type EntryModel,
  type Host,
  type Listings,
  type SourceModel,
  type SourceTrouble,
} from './source-model';

/** One lookup order: which sources and directories, and in what order. */
export interface ChainModel {
  readonly strategy: LookupStrategy;
  readonly sources: readonly string[];
  readonly directories: readonly string[];
}

/** What a process does, one step after the other. */
export type StepModel =
  | { readonly kind: 'look up'; readonly names: readonly string[]; readonly chain: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'forget'; readonly pastCache: boolean };

/** One process: its settings, its luck, and what it does. */
export interface ProcessModel {
  readonly host: Host;
  readonly cacheSecrets: CacheSecrets;
  /** What seals secrets: a key of the settings, or a data key that KMS wraps. */
  readonly sealing: 'given key' | 'kms';
  readonly refreshLease: boolean;
  /** Life of its rows, **seconds**; absent: the default. */
  readonly lifeSeconds?: number | undefined;
  /** In `[0, 1)`; what its source of chance always gives. */
  readonly chance: number;
  /** What goes wrong while it runs. */
  readonly troubles: readonly SourceTrouble[];
  readonly steps: readonly StepModel[];
  /** Time that passes before it starts, **seconds**. */
  readonly laterSeconds: number;
}

/**
 * What a row that is in the table from the start says.
 *
 * By the Python library: `behind`: an answer found behind a source that is not cacheable, which its bug has written; `no value`: a
 * secret that was refused or gone at the time; `secret`: the value of a secret before it was rotated; `missing`: a name that no
 * source had at the time. `our secrets`: the rows of a process of ours that cached in plain before the secrets were rotated.
 */
export const plantKinds = ['behind', 'no value', 'secret', 'missing', 'our secrets'] as const;
export type PlantKind = (typeof plantKinds)[number];

/** Something that is in the table from the start. */
export interface PlantModel {
  readonly kind: PlantKind;
  readonly chain: number;
  readonly name: string;
  /** Chooses its place in the chain. */
  readonly place: number;
}

/** Sources that never change, and the processes that read them, one after the other. */
export interface WorldModel {
  readonly sources: readonly SourceModel[];
  readonly chains: readonly ChainModel[];
  /** What is in the table from the start. */
  readonly plants: readonly PlantModel[];
  readonly processes: readonly ProcessModel[];
}

/** What worlds are made of. */
export interface WorldParts {
  readonly names: readonly string[];
  readonly directories: readonly string[];
  /** Whether things go wrong. */
  readonly troubled: boolean;
}

const sourceNames = ['p0', 'p1', 'p2', 'p3'];
const kinds: readonly EntryKind[] = [
  'plain',
  'plain',
  'plain',
  'uncacheable',
  'secret',
  'unread',
  'unread',
  'gone',
  'denied',
];
/** Every `cacheSecrets`. */
export const secretModes: readonly CacheSecrets[] = ['reference', 'encrypt', 'never', 'plaintext'];

/** Gives random worlds. */
export function worlds(parts: WorldParts): fc.Arbitrary<WorldModel> {
  return fc
    .record({
      sources: fc.tuple(...sourceNames.map((name) => sources(name, parts))),
      chains: fc.array(chains(parts), { minLength: 1, maxLength: 2 }),
    })
    .chain(({ sources: all, chains: orders }) =>
      fc.record({
        sources: fc.constant(all),
        chains: fc.constant(orders),
        plants: fc.array(plants(orders.length, parts), { maxLength: 6 }),
        processes: fc.array(processes(all, orders.length, parts), { minLength: 2, maxLength: 4 }),
      }),
    );
}

/** Gives a small world in which a process with this `cacheSecrets` looks up a name whose row of this kind is in the table. */
export function worldThatMeets(
  kind: PlantKind,
  cacheSecrets: CacheSecrets,
  habits: Partial<Pick<ProcessModel, 'sealing' | 'refreshLease'>> = {},
): WorldModel {
  const [first, local, last] = ['p0', 'p1', 'p2'] as const;
  const directory = '/orders/prod';
  const entry: EntryModel = { name: 'a', kind: 'unread', value: 'a secret' };
  const empty = { readsByName: false, turns: 0, entries: {}, otherEntries: {} };
  const listed = { [directory]: [entry] };
  return {
    sources: [
      { ...empty, name: first, kind: 'cacheable', holdsOnlySecrets: true, entries: listed, otherEntries: listed },
      { ...empty, name: local, kind: 'local', holdsOnlySecrets: false },
      { ...empty, name: last, kind: 'cacheable', holdsOnlySecrets: false },
    ],
    chains: [{ strategy: 'listing', sources: [first, local, last], directories: [directory] }],
    // `behind`: from the last source, which comes after the local one.
    plants: [{ kind, chain: 0, name: 'a', place: kind === 'behind' ? 2 : 0 }],
    processes: [
      {
        host: 'one',
        cacheSecrets,
        sealing: 'given key',
        refreshLease: false,
        chance: 0,
        troubles: [],
        steps: [{ kind: 'look up', names: ['a'], chain: 0 }],
        laterSeconds: 61,
        ...habits,
      },
    ],
  };
}

function sources(name: string, { names, directories }: WorldParts): fc.Arbitrary<SourceModel> {
  const listings = fc.record(
    Object.fromEntries(
      [...directories, ''].map((path) => [
        path,
        fc.uniqueArray(entries(names), { selector: ({ name }) => name, maxLength: 4 }),
      ]),
    ),
  );
  const any = fc.record({
    name: fc.constant(name),
    kind: fc.constantFrom<SourceModel['kind']>('cacheable', 'cacheable', 'cacheable', 'cacheable', 'local', 'own'),
    readsByName: fc.boolean(),
    holdsOnlySecrets: fc.constantFrom(false, false, true),
    turns: fc.nat({ max: 3 }),
    entries: listings,
    otherEntries: listings,
  });
  return any.map((source) =>
    source.holdsOnlySecrets
      ? { ...source, entries: secretsOf(source.entries), otherEntries: secretsOf(source.otherEntries) }
      : source,
  );
}

/** Makes secrets of all that is listed. */
function secretsOf(listings: Listings): Listings {
  const secretOf = ({ kind, value, ...entry }: EntryModel): EntryModel => ({
    ...entry,
    kind: kind === 'plain' || kind === 'uncacheable' ? 'unread' : kind,
    value: value ?? 'a secret',
  });
  return Object.fromEntries(Object.entries(listings).map(([path, all]) => [path, all.map(secretOf)]));
}

function entries(names: readonly string[]): fc.Arbitrary<EntryModel> {
  return fc.record({
    name: fc.constantFrom(...names),
    kind: fc.constantFrom(...kinds),
    value: configValues,
    ttlSeconds: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(undefined, undefined, undefined, 600, 5000, 1_000_000) },
      // Milliseconds in place of seconds, and whatever else a row of the config table may hold.
      { weight: 1, arbitrary: fc.constantFrom(1.8e12, 2 ** 53, 1e30, Number.MAX_VALUE) },
    ),
  });
}

function chains({ directories }: WorldParts): fc.Arbitrary<ChainModel> {
  return fc.record({
    strategy: fc.constantFrom<LookupStrategy>('listing', 'listing', 'names'),
    sources: fc.shuffledSubarray(sourceNames, { minLength: 1 }),
    directories: fc.shuffledSubarray([...directories], { minLength: 1 }),
  });
}

function processes(
  all: readonly SourceModel[],
  chainCount: number,
  { names, troubled }: WorldParts,
): fc.Arbitrary<ProcessModel> {
  return fc.record({
    host: fc.constantFrom<Host>('one', 'other'),
    cacheSecrets: fc.constantFrom(...secretModes),
    sealing: fc.constantFrom('given key' as const, 'kms' as const),
    refreshLease: fc.boolean(),
    lifeSeconds: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 315_360_000),
    chance: fc.constantFrom(0, 0, 0.3, 0.999),
    troubles: troubled ? fc.array(troubles(all), { maxLength: 3 }) : fc.constant([]),
    steps: fc.array(steps(names, chainCount), { minLength: 1, maxLength: 4 }),
    laterSeconds: fc.constantFrom(61, 700, 3000, 38_000, 60_000),
  });
}

function plants(chainCount: number, { names }: WorldParts): fc.Arbitrary<PlantModel> {
  return fc.record({
    kind: fc.constantFrom(...plantKinds),
    chain: fc.nat({ max: chainCount - 1 }),
    name: fc.constantFrom(...names),
    place: fc.nat({ max: 15 }),
  });
}

function troubles(all: readonly SourceModel[]): fc.Arbitrary<SourceTrouble> {
  const places = all.flatMap(({ name, entries: listings }) =>
    Object.entries(listings).flatMap(([path, listed]) => [
      { source: name, path },
      ...listed.map((each) => ({ source: name, path: `${path}/${each.name}` })),
    ]),
  );
  return fc
    .record({ place: fc.constantFrom(...places), kind: fc.constantFrom('refused' as const, 'failing' as const) })
    .map(({ place, kind }) => ({ ...place, kind }));
}

function steps(names: readonly string[], chainCount: number): fc.Arbitrary<StepModel> {
  const lookUp = fc.record({
    kind: fc.constant('look up' as const),
    names: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    chain: fc.nat({ max: chainCount - 1 }),
  });
  return fc.oneof(
    { weight: 5, arbitrary: lookUp },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(100, 901, 40_000) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), pastCache: fc.boolean() }) },
  );
}
