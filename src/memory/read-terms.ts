import { type SharedSession } from '../providers/provider';
import { type ReadTerms } from './remembered-reads';

/**
 * Gives how long what is read is good, and when a source that failed is asked again, as the settings say.
 *
 * The last good outcome may stand in until `staleIfErrorSeconds` after it should have been read anew.
 *
 * @param random - Gives a number in `[0, 1)`.
 */
export function termsOf({ nowMs, settings }: SharedSession, random: () => number = Math.random): ReadTerms {
  const { failurePauseMs, internalCacheExpirationMinutes, staleIfErrorSeconds } = settings;
  const standInMs =
    staleIfErrorSeconds === 0 ? 0 : internalCacheExpirationMinutes * 60_000 + staleIfErrorSeconds * 1000;
  return { nowMs, random, failurePauseMs, standInMs };
}
