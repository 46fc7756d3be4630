import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { type Provider } from '../providers/provider';

/** The providers that a lookup asks, in order. Immutable; repeated ones are folded into the first. */
export class ProviderChain {
  /** The providers, each once. */
  readonly providers: readonly Provider[];
  /** Those that stand before the first cacheable one: asked once, before the cacher. */
  readonly leading: readonly Provider[];
  /** The first cacheable provider and all after it: asked for each directory, behind the cacher. */
  readonly walked: readonly Provider[];
  /** Whether there is anything to cache. */
  readonly anyCacheable: boolean;
  /** Cache names joined by `|`, from the first cacheable provider on, as cache keys hold them. */
  readonly concat: string;

  /** Whether the cache names tell these providers from all others: no two alike, none with a separator of keys. */
  readonly isDistinct: boolean;

  /** @param providers - In order of precedence; repeated ones are dropped. */
  constructor(providers: readonly Provider[]) {
    this.providers = Object.freeze([...new Set(providers)]);
    const first = this.providers.findIndex(({ cacheable }) => cacheable);
    this.anyCacheable = first !== -1;
    this.leading = Object.freeze(this.anyCacheable ? this.providers.slice(0, first) : this.providers);
    this.walked = Object.freeze(this.anyCacheable ? this.providers.slice(first) : []);
    const names = this.walked.map(({ cacheName }) => cacheName);
    this.concat = names.join('|');
    this.isDistinct = new Set(names).size === names.length && names.every((each) => !/[{}|]/.test(each));
    Object.freeze(this);
  }

  [Symbol.iterator](): Iterator<Provider> {
    return this.providers[Symbol.iterator]();
  }

  /** Gives the names of the providers. */
  toString(): string {
    return this.providers.map(({ cacheName }) => cacheName).join('|');
  }

  [inspect.custom](): string {
    return printable(`ProviderChain(${this.toString()})`);
  }
}
