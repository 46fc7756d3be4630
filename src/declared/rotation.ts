import { isDeepStrictEqual } from 'node:util';
import { readProperty } from '../base/describe-error';
import { startWork } from '../base/start-work';
import { withTimeLimit } from '../base/time-limit';
import { type PlaceReader } from '../chain/place-reader';
import { type Config } from '../config/config';
import { withLambdaFreezeGuard } from '../config/lambda-freeze-guard';
import { type LookupScope } from '../config/lookup-scope';
import { recordMutation } from '../di/state';
import { isConfigError, ProviderError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type UnreadSecret } from '../item/directory-listing';
import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { type Provider } from '../providers/provider';
import { type Declaration } from './declaration';
import { type LoadedSetting } from './load';
import { type SettingsProblem } from './problems';

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
  /** Whether an error means that the secret was not accepted. Default: `isCredentialsRefused`. */
  readonly retryOn?: (error: unknown) => boolean;
  /** Ends the wait for the secret. */
  readonly signal?: AbortSignal;
}

/** Uses the value of a secret. */
export type SecretUse<T, R> = (value: T, versions: SecretVersions<T>) => R | PromiseLike<R>;

/** Loads the setting whose secret is used. */
export interface SecretLoader {
  readonly rotation: SecretRotation;
  /** Loads one setting. @throws SettingsValidationError */
  loadOne(declaration: Declaration, signal?: AbortSignal): Promise<LoadedSetting>;
  /** Makes a loaded setting of an item that was read again. */
  loadFrom(declaration: Declaration, item: DirectoryItem): Promise<LoadedSetting | SettingsProblem>;
  /** Whether a value comes from this process, so that there is nothing to read again. */
  isLocal(item: DirectoryItem): boolean;
}

/**
 * Uses a secret. When it is not accepted, it is read again without any cache and, if its value has changed, used once more.
 *
 * @throws SettingsValidationError when there is no secret to use; else what `use` throws.
 */
export async function useSecret<T, R>(
  loader: SecretLoader,
  declaration: Declaration,
  use: SecretUse<T, R>,
  { retryOn = isCredentialsRefused, signal }: SecretUseOptions,
): Promise<R> {
  const loaded = await loader.loadOne(declaration, signal);
  const versions = versionsOf<T>(loader, loaded);
  try {
    return await use(versions.current, versions);
  } catch (error) {
    const mayRetry = await startWork(() => retryOn(error));
    const again = mayRetry ? await loadAgain(loader, loaded) : undefined;
    if (again === undefined) throw error;
    const newer = versionsOf<T>(loader, again);
    return use(newer.current, newer);
  }
}

function versionsOf<T>(loader: SecretLoader, loaded: LoadedSetting): SecretVersions<T> {
  let reading: Promise<T | undefined> | undefined;
  return {
    current: revealed(loaded.value) as T,
    previous: () => (reading ??= previousOf<T>(loader, loaded)),
  };
}

async function previousOf<T>(loader: SecretLoader, { declaration, item }: LoadedSetting): Promise<T | undefined> {
  const previousItem = await loader.rotation.previous(item);
  const previous = previousItem && (await loader.loadFrom(declaration, previousItem));
  return previous !== undefined && 'value' in previous ? (revealed(previous.value) as T) : undefined;
}

function revealed(value: unknown): unknown {
  return value instanceof Secret ? value.reveal() : value;
}

/** Reads a secret without any cache; `undefined` when it is still the same, or cannot be used. */
async function loadAgain(loader: SecretLoader, used: LoadedSetting): Promise<LoadedSetting | undefined> {
  const { key, name } = used.declaration;
  try {
    if (loader.isLocal(used.item)) return undefined;
    const item = await loader.rotation.reread(used.declaration, used.item);
    const again = await loader.loadFrom(used.declaration, item);
    if ('value' in again) return isDeepStrictEqual(again.found.reveal(), used.found.reveal()) ? undefined : again;
    Logger.grab().warn('settings.reread-failed', { key, name, reason: again.message });
  } catch (error) {
    const reason = isConfigError(error) ? error.message : 'it failed';
    Logger.grab().warn('settings.reread-failed', { key, name, reason });
  }
  return undefined;
}

/** Most former values of a secret that are remembered. */
const mostFormer = 10;

/** An item that was read without any cache, and former values of the secret, which caches may still have. */
interface Reread {
  readonly item: DirectoryItem;
  readonly former: readonly ConfigValue[];
  /** Generation of memory after that read. */
  readonly memory: object;
}

/**
 * Reads secrets of one Config again, without any cache.
 *
 * A cached former value is replaced by the value that was read again, until a lookup finds another value, or has read the source: a secret
 * may get a former value back.
 */
export class SecretRotation {
  readonly #reread = new Map<string, Reread>();
  readonly #reading = new Map<string, Promise<DirectoryItem>>();

  /**
   * @param config - Config for lookups.
   * @param currentScope - Gives the current scope of that Config.
   */
  constructor(
    private readonly config: Config,
    private readonly currentScope: () => LookupScope,
  ) {}

  /** Gives the item to use instead of one that was looked up: the one that was read again, when it is newer. */
  newest(declaration: Declaration, item: DirectoryItem): DirectoryItem {
    const id = secretKeyOf(declaration);
    const known = this.#reread.get(id);
    if (known === undefined) return item;
    if (isNewer(item, known)) {
      this.#reread.delete(id);
      return item;
    }
    if (known.former.some((each) => isDeepStrictEqual(each, item.value))) return known.item;
    if (!isDeepStrictEqual(known.item.value, item.value)) this.#reread.delete(id);
    return item;
  }

  /**
   * Reads a secret again, once for concurrent callers.
   *
   * @param used - The item that was not accepted. When another caller has read the secret since, its item is the result.
   * @throws ProviderError when the source failed.
   */
  reread(declaration: Declaration, used: DirectoryItem): Promise<DirectoryItem> {
    const id = secretKeyOf(declaration);
    const newest = this.newest(declaration, used);
    if (newest !== used) return Promise.resolve(newest);
    const known = this.#reading.get(id);
    if (known !== undefined) return known;
    const reading = this.readAgain(declaration, used).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  /**
   * Reads the previous version.
   *
   * @returns `undefined` when there is none, it may not be read, or the source keeps none.
   * @throws ProviderError when the source failed.
   */
  async previous(current: DirectoryItem): Promise<DirectoryItem | undefined> {
    return this.readFromSource(current, (reader, provider, secret) => reader.readPreviousSecret(provider, secret));
  }

  private async readAgain(declaration: Declaration, used: DirectoryItem): Promise<DirectoryItem> {
    const reread = await this.readFromSource(used, (reader, provider, secret) => reader.rereadSecret(provider, secret));
    const item = reread ?? (await this.lookUpAgain(declaration));
    const id = secretKeyOf(declaration);
    const former = [...(this.#reread.get(id)?.former ?? []), used.value].slice(-mostFormer);
    const memory = LocalCache.grab().generation;
    if (!isDeepStrictEqual(item.value, used.value)) this.#reread.set(id, { item, former, memory });
    // The next lookup must not use a remembered answer, but the memory that was just updated.
    recordMutation();
    return item;
  }

  /** Reads one secret by one request; `undefined` when it does not exist any more, or cannot be read by name. */
  private async readFromSource(
    item: DirectoryItem,
    read: (reader: PlaceReader, provider: Provider, secret: UnreadSecret) => Promise<unknown>,
  ): Promise<DirectoryItem | undefined> {
    const scope = this.currentScope();
    const provider = providerOf(item, scope);
    if (provider === undefined) return undefined;
    const { lookupBudgetMs: budgetMs } = scope.settings;
    const problem = `no answer within lookupBudgetMs (${budgetMs} ms) for "${item.name}"`;
    const onTimeout = (): Error => new ProviderError(item.provider ?? '', item.directory.path, problem);
    const outcome = await withLambdaFreezeGuard(scope, async () => {
      const { finderOf } = await import('../config/finder');
      const { reader } = finderOf(scope);
      return withTimeLimit(() => read(reader, provider, unreadOf(item)), { budgetMs, onTimeout });
    });
    return outcome instanceof DirectoryItem ? outcome : undefined;
  }

  private async lookUpAgain({ name, secretId, parameterId }: Declaration): Promise<DirectoryItem> {
    await this.config.refresh({ pastCache: true });
    return this.config.getItem(name, { secretId, parameterId });
  }
}

/**
 * Whether an item was read at its source after a reset of memory. An item from a row with a value has no exact name.
 */
function isNewer({ exactName, stale, viaCacher }: DirectoryItem, { memory }: Reread): boolean {
  return memory !== LocalCache.grab().generation && !stale && (!viaCacher || exactName !== undefined);
}

/** Identifies the secret of a declaration; several declarations may use fields of one secret. */
function secretKeyOf({ name, secretId, parameterId }: Declaration): string {
  return secretId ?? parameterId ?? name.toLowerCase();
}

/** Gives the provider that can read an item by its exact name; `undefined` when there is none. */
function providerOf({ exactName, cacheName }: DirectoryItem, { providers }: LookupScope): Provider | undefined {
  if (exactName === undefined) return undefined;
  const [found, ...others] = providers.walked.filter((each) => each.cacheName === cacheName && each.readsByName);
  return others.length > 0 ? undefined : found;
}

function unreadOf({ name, exactName = name, directory, nextRotationMs }: DirectoryItem): UnreadSecret {
  return { kind: 'unread', name, exactName, directory, nextRotationMs };
}

/** Most causes that are followed. */
const mostCauses = 5;
const refusedStatuses: readonly unknown[] = [401, 403];
/**
 * Codes of refused logins by driver: PostgreSQL, MySQL, SQL Server, SMTP.
 *
 * Sources: https://www.postgresql.org/docs/current/errcodes-appendix.html (class 28),
 * https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 */
const refusedCodes: readonly unknown[] = ['28P01', '28000', 'ER_ACCESS_DENIED_ERROR', 'ELOGIN', 'EAUTH'];
/**
 * Beginning of the messages of Redis, and names of the errors of MongoDB and AWS.
 *
 * Sources: https://redis.io/docs/latest/commands/auth/, https://www.mongodb.com/docs/manual/reference/error-codes/
 */
const refusedMessages = /^(WRONGPASS|NOAUTH)\b/;
const refusedNames = /^(AuthenticationFailed|UnrecognizedClient|InvalidSignature|InvalidClientTokenId|ExpiredToken)/;

/**
 * Whether an error, or one of its causes, means that credentials were refused: HTTP 401 or 403, or an error of PostgreSQL, MySQL,
 * SQL Server, MongoDB, Redis, SMTP or AWS. Never throws.
 *
 * @param error - Anything thrown.
 */
export function isCredentialsRefused(error: unknown): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < mostCauses && typeof cause === 'object' && cause !== null; depth += 1) {
    if (isRefusal(cause)) return true;
    cause = readProperty(cause, 'cause');
  }
  return false;
}

function isRefusal(error: object): boolean {
  const of = (key: string): unknown => readProperty(error, key);
  const within = (key: string, inner: string): unknown => {
    const value = of(key);
    return typeof value === 'object' && value !== null ? readProperty(value, inner) : undefined;
  };
  const message = of('message');
  return (
    [of('status'), of('statusCode'), within('response', 'status'), within('$metadata', 'httpStatusCode')].some((each) =>
      refusedStatuses.includes(each),
    ) ||
    refusedCodes.includes(of('code')) ||
    [of('name'), of('codeName')].some((each) => typeof each === 'string' && refusedNames.test(each)) ||
    (typeof message === 'string' && refusedMessages.test(message))
  );
}
