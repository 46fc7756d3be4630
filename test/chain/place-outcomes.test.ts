import { PlaceOutcomes } from '../../src/chain/place-outcomes';
import { PlaceWarnings } from '../../src/chain/place-warnings';
import { DirectoryItem, DirectoryListing, type ListingEntry, LocalCache, Unavailable } from '../../src/index';
import { Stale, StaleAbsence } from '../../src/memory/stale';
import { directory, item, MapProvider, RecordedLog, unread } from './doubles';

const place = { provider: new MapProvider(), directory: directory('/a') };
const refusal = new Unavailable('denied', 'grant it');
const facts = { goodAtMs: 0, untilMs: 1000, reason: 'down' };
const listing = (...entries: readonly ListingEntry[]): DirectoryListing =>
  new DirectoryListing(directory('/a'), entries);
const refused = { kind: 'refused' as const, name: 'r', refusal };
const ending = new DirectoryItem({ name: 'e', value: 1, directory: directory('/a'), ttl: 5 });
let log: RecordedLog;
let nowMs: number;
let outcomes: PlaceOutcomes;

beforeEach(() => {
  log = new RecordedLog();
  nowMs = 0;
  outcomes = new PlaceOutcomes(new PlaceWarnings(new LocalCache(), log.logger()), () => nowMs, 'warn');
});

const events = (): readonly unknown[] => log.lines.map(({ fields }) => fields['event']);

describe('a listing', () => {
  const x = item('x', 1);

  it.each([
    ['x', x],
    ['s', unread('s')],
    ['r', refused],
    ['missing', undefined],
  ])('gives what it has under %s', (name, expected) => {
    expect(outcomes.pick(place, listing(x, unread('s'), refused), name)).toEqual(expected);
    expect(events()).toEqual(name === 'r' ? ['provider.refused'] : []);
  });

  it('that may not be read gives why', () => {
    expect(outcomes.pick(place, refusal, 'x')).toBe(refusal);
    expect(events()).toEqual(['provider.refused']);
  });

  it('that is stale gives stale items, and a stale absence for other names', () => {
    const stale = new Stale(listing(x, unread('s'), ending), facts);

    expect(outcomes.pick(place, stale, 'x')).toMatchObject({ value: 1, stale: true });
    expect(outcomes.pick(place, stale, 's')).toEqual(unread('s'));
    expect(outcomes.pick(place, stale, 'missing')).toBe(stale.absence);
    expect(events()).toEqual(['provider.stale']);
  });

  it('that is stale gives no item whose own life is over', () => {
    const stale = new Stale(listing(ending), facts);
    nowMs = 4999;
    const before = outcomes.entryIn(stale, 'e');
    nowMs = 5000;

    expect(before).toMatchObject({ value: 1, stale: true });
    expect(outcomes.entryIn(stale, 'e')).toBe(stale.absence);
  });

  it('with stale entries warns of them', () => {
    const partial = listing(new Stale('listing', facts).mark(x));

    expect(outcomes.pick(place, partial, 'x')).toMatchObject({ stale: true });
    expect(log.warnings('provider.stale')).toMatchObject([{ name: 'x', reason: 'down' }]);
  });

  it('is looked into without a warning', () => {
    outcomes.entryIn(refusal, 'x');
    outcomes.entryIn(listing(refused), 'r');
    outcomes.entryIn(new Stale(listing(x), facts), 'x');

    expect(events()).toEqual([]);
  });
});

describe('a setting read by name', () => {
  const named = { name: 'x', isListed: true };

  it('gives its item, or nothing', () => {
    const found = item('x', 1);

    expect([outcomes.settle(place, found, named), outcomes.settle(place, undefined, named)]).toEqual([
      found,
      undefined,
    ]);
  });

  it.each([
    [true, 'x'],
    [false, undefined],
  ])('that may not be read gives why; the warning has its name when a listing shows it (%s)', (isListed, name) => {
    expect(outcomes.settle(place, refusal, { name: 'x', isListed })).toBe(refusal);
    expect(log.warnings('provider.refused').map((each) => each['name'])).toEqual([name]);
  });

  it('that is stale gives what it was', () => {
    const was = (value: DirectoryItem | undefined) => outcomes.settle(place, new Stale({ value }, facts), named);

    expect(was(item('x', 1))).toMatchObject({ value: 1, stale: true });
    expect(was(undefined)).toBeInstanceOf(StaleAbsence);
    expect(log.warnings('provider.stale')).toMatchObject([{ name: 'x' }]);
  });
});
