import { isDeepStrictEqual } from 'node:util';
import { startWork } from '../base/start-work';
import { isConfigError } from '../errors';
import { Secret } from '../item/secret';
import { Logger } from '../logging/logger';
import { type LoadedSetting } from './load';
import { isCredentialsRefused } from './refused-credentials';
import { type SettingsSession } from './session';

/** The versions of a secret, while it rotates. */
export interface SecretVersions<T> {
  /** The one that `use` is called with. */
  readonly current: T;
  /**
   * Reads the version that the current one has replaced (`AWSPREVIOUS`), once however often it is called.
   *
   * @returns `undefined` when there is none, or it may not be read.
   * @throws ProviderError when the source failed.
   */
  readonly previous: () => Promise<T | undefined>;
}

/** How a secret is used. */
export interface SecretUseOptions {
  /** Whether an error means that the secret was not accepted. Default: it says that credentials were refused. */
  readonly retryOn?: (error: unknown) => boolean;
  /** Ends the wait for the secret. */
  readonly signal?: AbortSignal;
}

/** What using a secret needs of the session. */
type SecretSession = Pick<SettingsSession<unknown>, 'isLocal' | 'loadFrom' | 'loadOne' | 'rotation'>;

/** Uses the value of a secret. */
export type SecretUse<T, R> = (value: T, versions: SecretVersions<T>) => R | PromiseLike<R>;

/**
 * Uses a secret; when it is not accepted, reads it again past every cache and, if it is another one, uses that, once.
 *
 * @throws SettingsValidationError when there is no secret to use; else what `use` throws.
 */
export async function useSecret<T, R>(
  session: SecretSession,
  declaration: LoadedSetting['declaration'],
  use: SecretUse<T, R>,
  { retryOn = isCredentialsRefused, signal }: SecretUseOptions,
): Promise<R> {
  const loaded = await session.loadOne(declaration, signal);
  const versions = versionsOf<T>(session, loaded);
  try {
    return await use(versions.current, versions);
  } catch (error) {
    const mayRetry = await startWork(() => retryOn(error));
    const again = mayRetry ? await loadAgain(session, loaded) : undefined;
    if (again === undefined) throw error;
    const newer = versionsOf<T>(session, again);
    return use(newer.current, newer);
  }
}

function versionsOf<T>(session: SecretSession, loaded: LoadedSetting): SecretVersions<T> {
  let reading: Promise<T | undefined> | undefined;
  return {
    current: revealed(loaded.value) as T,
    previous: () => (reading ??= previousOf<T>(session, loaded)),
  };
}

async function previousOf<T>(session: SecretSession, { declaration, item }: LoadedSetting): Promise<T | undefined> {
  const previousItem = await session.rotation.previous(item);
  const previous = previousItem && (await session.loadFrom(declaration, previousItem));
  return previous !== undefined && 'value' in previous ? (revealed(previous.value) as T) : undefined;
}

function revealed(value: unknown): unknown {
  return value instanceof Secret ? value.reveal() : value;
}

/** Reads a secret past every cache; `undefined` when it is still the same, or there is none that can be used. */
async function loadAgain(session: SecretSession, used: LoadedSetting): Promise<LoadedSetting | undefined> {
  const { key, name } = used.declaration;
  try {
    if (session.isLocal(used.item)) return undefined;
    const item = await session.rotation.reread(used.declaration, used.item);
    const again = await session.loadFrom(used.declaration, item);
    if ('value' in again) return isDeepStrictEqual(again.found.reveal(), used.found.reveal()) ? undefined : again;
    Logger.grab().warn('settings.reread-failed', { key, name, reason: again.message });
  } catch (error) {
    const reason = isConfigError(error) ? error.message : 'it failed';
    Logger.grab().warn('settings.reread-failed', { key, name, reason });
  }
  return undefined;
}
