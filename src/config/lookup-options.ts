import { type SettingId } from '../chain/by-id';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';

/** What ends the wait for an answer. */
export interface WaitOptions {
  /** Ends the wait of this caller; what others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of one lookup: a signal, whether memory is bypassed, a full name in place of the directories. */
export interface LookupOptions extends WaitOptions {
  /** Reads past what this process remembers. Default: false. */
  readonly fresh?: boolean | undefined;
  /** Asks neither providers nor cacher: overrides and defaults only. Default: false. */
  readonly skipProviders?: boolean | undefined;
  /** Full name or ARN of a secret in Secrets Manager, which is read in place of the cache and the directories. */
  readonly secretId?: string | undefined;
  /** Full name of a parameter in Parameter Store (`/shared/x`), which is read in place of the cache and the directories. */
  readonly parameterId?: string | undefined;
}

/** Names of what every method that waits takes. */
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
 * @throws InvalidSettingsError for an unknown option, for two ids, and for an id that no provider is to be asked for.
 */
export function checkLookupOptions(options: LookupOptions | undefined): void {
  if (options === undefined) return;
  checkOptions('lookup', options, lookupOptionNames);
  const { parameterId, secretId, skipProviders } = options;
  const id = secretId === undefined ? (parameterId === undefined ? undefined : 'parameterId') : 'secretId';
  if (id === undefined) return;
  if (secretId !== undefined && parameterId !== undefined)
    throw new InvalidSettingsError('lookup', 'has both secretId and parameterId: give one.');
  if (skipProviders === true)
    throw new InvalidSettingsError('lookup', `has ${id}, and skipProviders, which asks no provider for it.`);
  if (parameterId !== undefined && !parameterName.test(parameterId)) throw notAParameter();
}

function notAParameter(): InvalidSettingsError {
  return new InvalidSettingsError('lookup option parameterId', 'expected a full name, such as /shared/x.');
}

/** Full names of parameters that are in a directory. */
export const parameterName = /^(\/[A-Za-z0-9_.-]+){2,}$/;

/** Gives what is read in place of the directories; `undefined` for a lookup that looks in them. */
export function idOf(options: LookupOptions | undefined): SettingId | undefined {
  if (options?.secretId !== undefined) return { option: 'secretId', id: options.secretId };
  return options?.parameterId === undefined ? undefined : { option: 'parameterId', id: options.parameterId };
}
