import { type XconService } from './xcon-service';

/** What a health indicator of `@nestjs/terminus` gives. */
export type HealthIndicatorResult<Key extends string = string> = Readonly<
  Record<Key, { readonly status: 'up' | 'down'; readonly [detail: string]: unknown }>
>;

/** Makes a health check of `@nestjs/terminus` fail; known there by its fields. */
class XconHealthCheckError extends Error {
  override readonly name = 'XconHealthCheckError';
  readonly isHealthCheckError = true;

  constructor(readonly causes: HealthIndicatorResult) {
    super('Lookups do not get the answers they should.');
  }
}

/**
 * A health indicator for `@nestjs/terminus`, which need not be installed otherwise.
 *
 * @example
 * this.health.check([() => this.xcon.isHealthy('settings')]);
 */
export class XconHealthIndicator {
  constructor(private readonly service: XconService) {}

  /**
   * Says whether lookups get the answers they should, as far as they have seen; no source is asked, no value is in it.
   *
   * @param key - Name of the check.
   * @throws An error that terminus reports as the check being down.
   */
  async isHealthy<Key extends string = 'xcon'>(key?: Key): Promise<HealthIndicatorResult<Key>> {
    const { cache, ok, providers } = await this.service.health();
    const sources = Object.fromEntries(providers.map(({ name, state }) => [name, state]));
    const details = { ...sources, ...(cache !== undefined && { [cache.name]: cache.state }) };
    const result = { [key ?? 'xcon']: { status: ok ? 'up' : 'down', ...details } } as HealthIndicatorResult<Key>;
    if (!ok) throw new XconHealthCheckError(result);
    return result;
  }
}
