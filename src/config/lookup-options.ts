import { type SettingId } from '../chain/by-id';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';

/** Options of every method that waits. */
export interface WaitOptions {
  /** Ends the wait of this caller; reads that others wait for continue. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of one lookup: a signal, whether memory is bypassed, a full name in place of the directories. */
export interface LookupOptions extends WaitOptions {
  /** Ignores the memory of this process. Default: false. */
  readonly fresh?: boolean | undefined;
  /** Uses neither providers nor cacher: overrides and defaults only. Default: false. */
  readonly skipProviders?: boolean | undefined;
  /** Full name or ARN of a secret in Secrets Manager, which is read instead of the cache and the directories. */
  readonly secretId?: string | undefined;
  /** Full name of a parameter in Parameter Store (`/shared/x`), which is read instead of the cache and the directories. */
  readonly parameterId?: string | undefined;
}

/** Names of the options of every method that waits. */
export const waitOptionNames: Readonly<Record<keyof WaitOptions, true>> = { signal: true };

const lookupOptionNames: Readonly<Record<keyof LookupOptions, true>> = {
  signal: true,
  fresh: true,
  skipProviders: true,
  secretId: true,
  parameterId: true,
};

/**
 * Checks the options of a lookup.
 *
 * @throws InvalidSettingsError for an unknown option, for two ids, and for an id with `skipProviders`.
 */
export function checkLookupOptions(options: LookupOptions): void {
  checkOptions('lookup', options, lookupOptionNames);
  const { parameterId, secretId, skipProviders } = options;
  const id = secretId === undefined ? (parameterId === undefined ? undefined : 'parameterId') : 'secretId';
  if (id === undefined) return;
  if (secretId !== undefined && parameterId !== undefined)
    throw new InvalidSettingsError('lookup', 'has both secretId and parameterId: give one.');
  if (skipProviders === true)
    throw new InvalidSettingsError('lookup', `has both ${id} and skipProviders, with which no provider is read.`);
  if (parameterId !== undefined && !parameterName.test(parameterId)) throw notAParameter();
}

function notAParameter(): InvalidSettingsError {
  return new InvalidSettingsError('lookup option parameterId', 'expected a full name, such as /shared/x.');
}

/** Full names of parameters that are in a directory. */
export const parameterName = /^(\/[A-Za-z0-9_.-]+){2,}$/;

/** Gives the id of a lookup; `undefined` for a lookup in directories. */
export function idOf({
  secretId,
  parameterId,
}: Pick<LookupOptions, 'secretId' | 'parameterId'>): SettingId | undefined {
  if (secretId !== undefined) return { option: 'secretId', id: secretId };
  return parameterId === undefined ? undefined : { option: 'parameterId', id: parameterId };
}
