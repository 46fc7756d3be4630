import { isDeepStrictEqual } from 'node:util';
import { withTimeLimit } from '../base/time-limit';
import { type Config } from '../config/config';
import { withLambdaFreezeGuard } from '../config/lambda-freeze-guard';
import { type LookupScope } from '../config/lookup-scope';
import { noteMutation } from '../di/state';
import { ProviderError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type UnreadSecret } from '../item/directory-listing';
import { type ConfigValue } from '../item/value';
import { LocalCache } from '../memory/local-cache';
import { type Provider } from '../providers/provider';
import { currentScope } from './current-scope';
import { type Declaration } from './declaration';

/** Most former values that are remembered of a secret. */
const mostFormer = 10;

/** What was read past every cache, and the values that it has replaced, which caches may still have. */
interface Reread {
  readonly item: DirectoryItem;
  readonly former: readonly ConfigValue[];
  /** Stands for the memory of this process at that time. */
  readonly memory: object;
}

/**
 * Reads secrets of one Config again, past every cache.
 *
 * What a cache still has of them is taken for what it was replaced by, until something else is found, or the source has
 * been asked anew: a secret may be put back to what it was.
 */
export class SecretRotation {
  readonly #reread = new Map<string, Reread>();
  readonly #reading = new Map<string, Promise<DirectoryItem>>();

  /** @param config - Config to ask. */
  constructor(private readonly config: Config) {}

  /** Gives the item to use in place of one that was looked up: the one read again, when caches were behind. */
  newest(declaration: Declaration, item: DirectoryItem): DirectoryItem {
    const id = idOf(declaration);
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
   * Reads a secret again, once for all who ask at the same time.
   *
   * @param used - What did not work. When another caller has read since, that is the answer.
   * @throws ProviderError when the source failed.
   */
  reread(declaration: Declaration, used: DirectoryItem): Promise<DirectoryItem> {
    const id = idOf(declaration);
    const newest = this.newest(declaration, used);
    if (newest !== used) return Promise.resolve(newest);
    const known = this.#reading.get(id);
    if (known !== undefined) return known;
    const reading = this.readAgain(declaration, used).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  /**
   * Reads the version that the current one has replaced.
   *
   * @returns `undefined` when there is none, it may not be read, or the source keeps none.
   * @throws ProviderError when the source failed.
   */
  async previous(current: DirectoryItem): Promise<DirectoryItem | undefined> {
    const scope = currentScope(this.config);
    const provider = providerOf(current, scope);
    if (provider === undefined) return undefined;
    const outcome = await inTime(scope, current, () =>
      scope.finder.reader.readPreviousSecret(provider, unreadOf(current)),
    );
    return outcome instanceof DirectoryItem ? outcome : undefined;
  }

  private async readAgain(declaration: Declaration, used: DirectoryItem): Promise<DirectoryItem> {
    const item = (await this.readByName(used)) ?? (await this.lookUpAgain(declaration));
    const id = idOf(declaration);
    const former = [...(this.#reread.get(id)?.former ?? []), used.value].slice(-mostFormer);
    const memory = LocalCache.grab().generation;
    if (!isDeepStrictEqual(item.value, used.value)) this.#reread.set(id, { item, former, memory });
    // Lookups remember items: they shall look again at the memory that has just been renewed.
    noteMutation();
    return item;
  }

  /** One request, for the one secret; `undefined` when it is not there any more, or cannot be had by name. */
  private async readByName(used: DirectoryItem): Promise<DirectoryItem | undefined> {
    const scope = currentScope(this.config);
    const provider = providerOf(used, scope);
    if (provider === undefined) return undefined;
    const outcome = await inTime(scope, used, () => scope.finder.reader.rereadSecret(provider, unreadOf(used)));
    return outcome instanceof DirectoryItem ? outcome : undefined;
  }

  private async lookUpAgain({ name, secretId, parameterId }: Declaration): Promise<DirectoryItem> {
    await this.config.refresh({ pastCache: true });
    return this.config.getItem(name, { secretId, parameterId });
  }
}

/** Whether an item was read at its source after memory had been forgotten. Of rows with a value, no exact name is known. */
function isNewer({ exactName, stale, viaCacher }: DirectoryItem, { memory }: Reread): boolean {
  return memory !== LocalCache.grab().generation && !stale && (!viaCacher || exactName !== undefined);
}

/** Settings of one name, or of one id, have one value: a field each, perhaps. */
function idOf({ name, secretId, parameterId }: Declaration): string {
  return secretId ?? parameterId ?? name.toLowerCase();
}

/** The provider that an item can be read from by its exact name; `undefined` when there is none. */
function providerOf({ exactName, cacheName }: DirectoryItem, { providers }: LookupScope): Provider | undefined {
  if (exactName === undefined) return undefined;
  const [found, ...others] = providers.walked.filter((each) => each.cacheName === cacheName && each.readsByName);
  return others.length > 0 ? undefined : found;
}

function unreadOf({ name, exactName = name, directory, nextRotationMs }: DirectoryItem): UnreadSecret {
  return { kind: 'unread', name, exactName, directory, nextRotationMs };
}

function inTime<T>(scope: LookupScope, item: DirectoryItem, read: () => Promise<T>): Promise<T> {
  const { lookupBudgetMs: budgetMs } = scope.settings;
  const problem = `no answer within lookupBudgetMs (${budgetMs} ms) for "${item.name}"`;
  const onTimeout = (): Error => new ProviderError(item.provider ?? '', item.directory.path, problem);
  return withLambdaFreezeGuard(scope, () => withTimeLimit(read, { budgetMs, onTimeout }));
}
