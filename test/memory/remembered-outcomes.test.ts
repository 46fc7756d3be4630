import { type DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable } from '../../src/item/directory-listing';
import { ProviderHistory } from '../../src/memory/provider-history';
import { termsOf } from '../../src/memory/read-terms';
import { RememberedListings, RememberedSettings } from '../../src/memory/remembered-outcomes';
import { Stale } from '../../src/memory/stale';
import { directory, item, unread } from '../chain/doubles';
import { readSession } from '../contract/read-session';

const terms = termsOf(readSession());
const refusal = new Unavailable('AccessDeniedException: kms', 'allow kms:Decrypt');
const refused = (name: string): ListingEntry => ({ kind: 'refused', name, refusal });
const listing = (...entries: readonly ListingEntry[]): DirectoryListing =>
  new DirectoryListing(directory('/a'), entries);

let history: ProviderHistory;

beforeEach(() => {
  history = new ProviderHistory();
});

describe('listings', () => {
  const read = (outcome: DirectoryListing | Unavailable) =>
    new RememberedListings(history.listings, history.settings).start('/a', Promise.resolve(outcome), terms).promise;

  it('that are refused are, until one was good', async () => {
    const before = await read(refusal);
    const good = listing(item('x', 1));
    await read(good);
    const after = (await read(refusal)) as Stale<DirectoryListing>;

    expect(before).toBe(refusal);
    expect(after.outcome).toBe(good);
    expect(after.facts).toMatchObject({ reason: refusal.reason, remedy: refusal.remedy });
  });

  it('are mended where names are refused that were read once, and nowhere else', async () => {
    await read(listing(item('x', 'old x'), item('y', 'old y'), unread('z')));

    const mended = (await read(
      listing(item('w', 'new'), refused('x'), item('y', 'new y'), refused('z'), refused('never')),
    )) as DirectoryListing;

    expect([...mended.names]).toEqual(['w', 'x', 'y', 'z', 'never']);
    expect(mended.find('x')).toMatchObject({ value: 'old x', stale: true, cacheable: false });
    expect(mended.find('y')).toMatchObject({ value: 'new y', stale: false });
    expect(mended.find('z')).toEqual(refused('z'));
    expect(mended.find('never')).toEqual(refused('never'));
    expect(history.listings.troubles.get('/a')).toMatchObject({ state: 'stale', remedy: refusal.remedy });
    expect(history.listings.lastGood('/a')?.outcome.find('y')).toMatchObject({ value: 'old y' });
  });

  it('are good with names that are refused and were never read', async () => {
    const partial = listing(item('x', 1), refused('y'));

    expect(await read(partial)).toBe(partial);
    expect(history.listings.lastGood('/a')?.outcome).toBe(partial);
  });
});

describe('settings read by name', () => {
  const read = (value: DirectoryItem | Unavailable | undefined) =>
    new RememberedSettings(history.settings).start('/a/x', Promise.resolve({ value }), terms).promise;

  it.each([
    ['an item', item('x', 1)],
    ['nothing', undefined],
  ])('that gave %s give that when they are refused later', async (_, value) => {
    const before = await read(refusal);
    await read(value);
    const after = (await read(refusal)) as Stale<unknown>;

    expect(before).toEqual({ value: refusal });
    expect(after).toBeInstanceOf(Stale);
    expect(after.outcome).toEqual({ value });
  });
});
