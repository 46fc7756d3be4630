import { types as nodeTypes } from 'node:util';
import { withoutPayload } from '../aws/aws-errors';
import { describeKind } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable } from '../item/directory-listing';
import { type ListingOutcome, type SecretOutcome } from '../providers/provider';
import { type OutcomeContext, type OutcomeRules, type RefusedOutcome } from './entries';
import { type GoodOutcome, type StaleFacts } from './stale';

/** The outcome of reading a setting by its exact name. */
export interface SettingOutcome {
  readonly value: SecretOutcome;
}

/** A good one: its item, or `undefined` because there was none. */
export interface GoodSetting extends SettingOutcome {
  readonly value: DirectoryItem | undefined;
}

/** Called with the value of a name that was in the last listing and is left unread in this one. */
export type OnUnreadValue = (exactName: string, good: GoodOutcome<GoodSetting>) => void;

/** Of whichever realm, and without looking into a proxy. */
const { isMap, isNativeError } = nodeTypes;

/** Gives the rules for listings of directories. */
export function listingRules(onUnreadValue: OnUnreadValue): OutcomeRules<ListingOutcome, DirectoryListing> {
  return {
    check: checkListing,
    classify: (outcome, context) => {
      if (outcome instanceof Unavailable) return refused<ListingOutcome, DirectoryListing>(outcome, outcome, context);
      passUnreadValues(outcome, context, onUnreadValue);
      return withStaleItems(outcome, context) ?? 'good';
    },
  };
}

/** The rules for settings that are read by exact name. */
export const settingRules: OutcomeRules<SettingOutcome, GoodSetting> = {
  check: checkSetting,
  classify: (outcome, context) =>
    outcome.value instanceof Unavailable ? refused(outcome, outcome.value, context) : 'good',
};

/**
 * Starts reads at a provider: each promise that it gives gets a handler here, also one that was not asked for. An error thrown
 * at once, something that is no map, or a key without a promise becomes a rejection.
 *
 * @param method - Of the provider, for messages.
 * @returns Gives the promise of a key.
 */
export function startReads<T>(
  method: string,
  start: () => ReadonlyMap<string, Promise<T>>,
): (key: string) => Promise<T> {
  const started = new Map<string, Promise<T>>();
  try {
    const given: unknown = start();
    if (!isMap(given)) {
      // An async method gives a promise of its Map: what that holds is not used, and may reject.
      callAndForget(async () => handleAll(await given));
      throw new TypeError(`expected ${method} to give a Map of promises, got ${describeKind(given)}`);
    }
    for (const [key, promise] of handleAll(given)) started.set(key as string, promise as Promise<T>);
  } catch (error) {
    const reason = isNativeError(error)
      ? error
      : new Error('The provider threw no Error.', { cause: withoutPayload(error) });
    return () => startWork(() => Promise.reject(reason));
  }
  return (key) =>
    started.get(key) ?? startWork(() => Promise.reject(new Error(`The provider started no read of ${key}.`)));
}

/** Gives every promise in a map its handler. */
function handleAll(given: unknown): readonly (readonly [key: unknown, promise: Promise<unknown>])[] {
  return isMap(given) ? [...given].map(([key, promise]) => [key, startWork(() => promise)] as const) : [];
}

function checkListing(outcome: unknown): void {
  if (outcome instanceof Unavailable) return;
  if (!(outcome instanceof DirectoryListing)) {
    throw new TypeError(`expected a DirectoryListing or an Unavailable, got ${describeKind(outcome)}`);
  }
  for (const name of outcome.names) {
    if (!isEntry(outcome.find(name))) {
      throw new TypeError(`expected a listing of DirectoryItems, of unread secrets and of refused entries`);
    }
  }
}

function isEntry(given: unknown): given is ListingEntry {
  if (given instanceof DirectoryItem) return true;
  if (typeof given !== 'object' || given === null || !('kind' in given)) return false;
  if (given.kind === 'refused') return 'refusal' in given && given.refusal instanceof Unavailable;
  return given.kind === 'unread' && 'exactName' in given && typeof given.exactName === 'string';
}

function checkSetting(outcome: unknown): void {
  const { value } = outcome as SettingOutcome;
  if (value === undefined || value instanceof DirectoryItem || value instanceof Unavailable) return;
  throw new TypeError(`expected a DirectoryItem, an Unavailable or undefined, got ${describeKind(value)}`);
}

/** Gives the last good outcome, or else the refusal itself. */
function refused<T, G extends T>(
  outcome: T,
  refusal: Unavailable,
  { staleFor }: OutcomeContext<G>,
): RefusedOutcome<T, G> {
  const stale = staleFor(refusal);
  return { given: stale ?? outcome, refusal, stale: stale?.facts };
}

/** Such a value is served, as stale, if the name cannot be read. */
function passUnreadValues(
  listing: DirectoryListing,
  { lastGood }: OutcomeContext<DirectoryListing>,
  onUnreadValue: OnUnreadValue,
): void {
  if (lastGood === undefined) return;
  for (const name of listing.names) {
    const entry = listing.find(name);
    const value = lastGood.outcome.find(name);
    const isUnread = entry !== undefined && 'kind' in entry && entry.kind === 'unread';
    if (isUnread && value instanceof DirectoryItem) onUnreadValue(entry.exactName, { ...lastGood, outcome: { value } });
  }
}

/** Puts last good items in the place of names that are refused now; `undefined` when there are none. */
function withStaleItems(
  listing: DirectoryListing,
  { staleFor }: OutcomeContext<DirectoryListing>,
): RefusedOutcome<ListingOutcome, DirectoryListing> | undefined {
  let replaced: { readonly refusal: Unavailable; readonly stale: StaleFacts } | undefined;
  const entries = [...listing.names].map((name) => {
    const entry = listing.find(name) as ListingEntry;
    if (entry instanceof DirectoryItem || entry.kind !== 'refused') return entry;
    const stale = staleFor(entry.refusal);
    const last = stale?.outcome.find(name);
    if (stale === undefined || !(last instanceof DirectoryItem)) return entry;
    replaced ??= { refusal: entry.refusal, stale: stale.facts };
    return stale.mark(last);
  });
  return replaced && { ...replaced, given: new DirectoryListing(listing.directory, entries) };
}
