import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { type AwsClients } from '../aws/aws-clients';
import { type Provider, type SharedSession } from '../providers/provider';

/** The providers of a lookup, in order. Immutable; a repeated one counts once, at its first position. */
export class ProviderChain {
  /** The providers, each once. */
  readonly providers: readonly Provider[];
  /** Those before the first cacheable one: read once, before the cacher. */
  readonly leading: readonly Provider[];
  /** The first cacheable provider and all after it: read for each directory, behind the cacher. */
  readonly walked: readonly Provider[];
  /** Whether any provider is cacheable. */
  readonly anyCacheable: boolean;
  /** Cache names joined by `|`, from the first cacheable provider on, as cache keys hold them. */
  readonly concat: string;

  /** @param providers - In order of precedence; repeated ones are dropped. */
  constructor(providers: readonly Provider[]) {
    this.providers = Object.freeze([...new Set(providers)]);
    const first = this.providers.findIndex(({ cacheable }) => cacheable);
    this.anyCacheable = first !== -1;
    this.leading = Object.freeze(this.anyCacheable ? this.providers.slice(0, first) : this.providers);
    this.walked = Object.freeze(this.anyCacheable ? this.providers.slice(first) : []);
    this.concat = this.walked.map(({ cacheName }) => cacheName).join('|');
    Object.freeze(this);
  }

  /**
   * Gives the names that identify in cache keys what these providers read, joined by `|`.
   *
   * @param home - The clients of the process: reads with other clients have other names.
   * @returns `undefined` when other processes, or other contexts of this one, read something else under these names.
   */
  namesFor(session: SharedSession, home: AwsClients): string | undefined {
    const names = this.walked.map((provider) => nameFor(provider, session, home));
    const isUnique = names.every((name) => name !== undefined && !/[{}|]/.test(name));
    return isUnique && new Set(names).size === names.length ? names.join('|') : undefined;
  }

  [Symbol.iterator](): Iterator<Provider> {
    return this.providers[Symbol.iterator]();
  }

  /** Gives the names of the providers. */
  toString(): string {
    return this.providers.map(({ cacheName }) => cacheName).join('|');
  }

  /** Gives the cache names of the providers. */
  toJSON(): readonly string[] {
    return this.providers.map(({ cacheName }) => cacheName);
  }

  [inspect.custom](): string {
    return printable(`ProviderChain(${this.toString()})`);
  }
}

function nameFor(provider: Provider, session: SharedSession, home: AwsClients): string | undefined {
  const { cacheable, cacheName } = provider;
  if (!cacheable) return cacheName;
  const { clients, settings } = session;
  const variant = provider.variantFor(settings);
  const readsByContext = provider.clientsFor(session) === clients && clients !== home;
  const place = readsByContext ? clients.nameBeside(home) : '';
  return place === undefined ? undefined : `${cacheName}${variant === '' ? '' : `@${variant}`}${place}`;
}
