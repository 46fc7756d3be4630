import { isAbsolute } from 'node:path';
import { hidden } from '../base/hidden';
import { longestLifeSeconds } from '../base/time';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { isPlainObject } from '../item/value';
import { checkSealingKey } from './sealing-key';

/** A sealed file of the last good answers, for a start while sources fail. */
export interface LastKnownGood {
  /** Absolute path. */
  readonly file: string;
  /** What seals it: 32 bytes, or their base64. */
  readonly key: string | Uint8Array;
  /** How old an answer may be, **seconds**. Default: 604,800, a week. */
  readonly maxAgeSeconds?: number;
}

const weekSeconds = 7 * 24 * 3600;

/**
 * Checks the setting `lastKnownGood`.
 *
 * @returns The same with an age, and with the key as bytes in a property that is not enumerable.
 * @throws InvalidSettingsError for an invalid one; it does not show the key.
 */
export function checkLastKnownGood(value: unknown, setting: string): LastKnownGood | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) {
    throw new InvalidSettingsError(setting, "expected { file: '/absolute/path', key: 32 bytes or their base64 }.");
  }
  checkOptions(setting, value as unknown as LastKnownGood, { file: true, key: true, maxAgeSeconds: true });
  const { file, key, maxAgeSeconds = weekSeconds } = value as Partial<LastKnownGood>;
  if (typeof file !== 'string' || !isAbsolute(file)) {
    throw new InvalidSettingsError(`${setting}.file`, 'expected an absolute path.');
  }
  if (typeof maxAgeSeconds !== 'number' || !(maxAgeSeconds > 0 && maxAgeSeconds <= longestLifeSeconds)) {
    const problem = `expected a number of seconds above 0, at most ${longestLifeSeconds}.`;
    throw new InvalidSettingsError(`${setting}.maxAgeSeconds`, problem);
  }
  const checked = {
    file,
    maxAgeSeconds,
    key: checkSealingKey(key, `${setting}.key`, 'expected 32 bytes, or their base64.'),
  };
  return Object.freeze(Object.defineProperty(checked, 'key', { enumerable: false, get: hidden(checked.key) }));
}
