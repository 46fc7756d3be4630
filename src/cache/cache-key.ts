import { fitsSortKey, keySeparator } from '../aws/table-names';
import { type DirectoryChain } from '../directory/directory-chain';
import { sha256 } from '../base/digest';

/** Most bytes that DynamoDB takes in a partition key. */
const maxPartitionKeyBytes = 2048;

/** Suffix of the providers in the keys of answers that were looked up by exact name. */
export const exactNamesMark = '|names';

/** Gives the name in a sort key, in its original case. */
export function nameOfKey(nameKey: string): string {
  return nameKey.split(keySeparator, 1)[0] ?? nameKey;
}

/** Identifies the rows of one chain: its directories and the cache names of its providers. */
export class CacheKey {
  /** Paths joined by `|`. */
  readonly directories: string;
  /** The chain in plain: `directories|+|providers`. */
  readonly chain: string;
  private hash: string | undefined;

  /**
   * @param environ - Partition key: `/{service}/{environment}`.
   * @param directoryChain - Directories of the chain.
   * @param providers - Cache names joined by `|`.
   */
  constructor(
    readonly environ: string,
    private readonly directoryChain: DirectoryChain,
    readonly providers: string,
  ) {
    this.directories = directoryChain.concat;
    this.chain = `${this.directories}${keySeparator}${providers}`;
  }

  /** SHA-256 of {@link CacheKey.chain}, hex; identifies the chain in rows that only this library reads. */
  get chainHash(): string {
    return (this.hash ??= sha256(this.chain));
  }

  /** Whether names are case-sensitive: where they were looked up by exact name. */
  get isCaseSensitive(): boolean {
    return this.providers.endsWith(exactNamesMark);
  }

  /** Sort key of the plain row of a name, and prefix of the other sort keys. */
  nameKey(name: string): string {
    return `${name}${keySeparator}${this.chain}`;
  }

  /** Sort key of the lease for refreshing this chain; `~` sorts behind every name. */
  get leaseKey(): string {
    return this.leaseKeyAfter(0);
  }

  /** Sort key of the lease for refreshing this chain after a change: a lease from before it does not count. */
  leaseKeyAfter(generation: number): string {
    return `~xcon|lease|${generation === 0 ? this.chainHash : sha256(`${this.chain}${keySeparator}${generation}`)}`;
  }

  /** Whether the key identifies its chain, and can be stored. */
  get isStorable(): boolean {
    return (
      this.directoryChain.directories.every(({ path }) => !/[{}|]/.test(path)) &&
      this.directories !== '' &&
      Buffer.byteLength(this.environ) <= maxPartitionKeyBytes &&
      fitsSortKey(this.chain)
    );
  }
}
