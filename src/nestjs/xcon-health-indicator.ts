import { type XconService } from './xcon-service';

/** Result of a health indicator of `@nestjs/terminus`. */
export type HealthIndicatorResult<Key extends string = string> = Readonly<
  Record<Key, { readonly status: 'up' | 'down'; readonly [detail: string]: unknown }>
>;

/** Makes a health check of `@nestjs/terminus` fail, which recognizes it by its fields. */
class XconHealthCheckError extends Error {
  override readonly name = 'XconHealthCheckError';
  readonly isHealthCheckError = true;

  constructor(readonly causes: HealthIndicatorResult) {
    super('Lookups do not get correct answers.');
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
   * Reports whether lookups get correct answers, by the recent ones: no source is read, and the result has no values.
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
