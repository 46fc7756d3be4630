import { types as nodeTypes } from 'node:util';
import { withoutPayload } from '../aws/aws-errors';
import { describeKind } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, isRefused, isUnread, type ListingEntry, Unavailable } from '../item/directory-listing';
import { type ListingOutcome, type SecretOutcome } from '../providers/provider';
import { type OutcomeContext, type OutcomeRules, type RefusedOutcome } from './entries';
import { type GoodOutcome, type StaleDetails } from './stale';

/** The outcome of reading a setting by its exact name. */
export interface SettingOutcome {
  readonly value: SecretOutcome;
}

/** A good one: its item, or `undefined` because there was none. */
export interface GoodSetting extends SettingOutcome {
  readonly value: DirectoryItem | undefined;
}

/** Called with the last known value of a name that a new listing leaves unread. */
export type OnUnreadValue = (exactName: string, good: GoodOutcome<GoodSetting>) => void;

// These work across realms, and trigger no trap of a proxy.
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
 * Starts reads at a provider, and adds a handler to each promise that it returns, also to those that were not requested. An exception, a
 * result that is not a map, and a key without a promise become rejections.
 *
 * @param method - Name of the method of the provider, for messages.
 * @returns A function that gives the promise of a key.
 */
export function startReads<T>(
  method: string,
  start: () => ReadonlyMap<string, Promise<T>>,
): (key: string) => Promise<T> {
  const started = new Map<string, Promise<T>>();
  try {
    const given: unknown = start();
    if (!isMap(given)) {
      // An async method returns a promise of a Map, whose promises are not used, and may reject.
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

/** Adds a handler to every promise in a map. */
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
  if (isRefused(given)) return (given.refusal as unknown) instanceof Unavailable;
  return isUnread(given) && typeof (given.exactName as unknown) === 'string';
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
  return { given: stale ?? outcome, refusal, stale: stale?.details };
}

/** Passes on the last known values of names that a new listing leaves unread: they are served, as stale, if the name cannot be read. */
function passUnreadValues(
  listing: DirectoryListing,
  { lastGood }: OutcomeContext<DirectoryListing>,
  onUnreadValue: OnUnreadValue,
): void {
  if (lastGood === undefined) return;
  for (const name of listing.names) {
    const entry = listing.find(name);
    const value = lastGood.outcome.find(name);
    if (!isUnread(entry) || !(value instanceof DirectoryItem)) continue;
    onUnreadValue(entry.exactName, { ...lastGood, outcome: { value } });
  }
}

/** Replaces refused names by their last good items; `undefined` when there are none. */
function withStaleItems(
  listing: DirectoryListing,
  { staleFor }: OutcomeContext<DirectoryListing>,
): RefusedOutcome<ListingOutcome, DirectoryListing> | undefined {
  let replaced: { readonly refusal: Unavailable; readonly stale: StaleDetails } | undefined;
  const entries = [...listing.names].map((name) => {
    const entry = listing.find(name) as ListingEntry;
    if (!isRefused(entry)) return entry;
    const stale = staleFor(entry.refusal);
    const last = stale?.outcome.find(name);
    if (stale === undefined || !(last instanceof DirectoryItem)) return entry;
    replaced ??= { refusal: entry.refusal, stale: stale.details };
    return stale.mark(last);
  });
  return replaced && { ...replaced, given: new DirectoryListing(listing.directory, entries) };
}
