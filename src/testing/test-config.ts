import { Config } from '../config/config';
import { InvalidSettingsError } from '../errors';
import { type ConfigOptions, type GivenValues } from '../config/config-options';

/**
 * Makes a Config in which these values override all sources.
 *
 * `run(fn)` uses it for a function; `enter()` for the rest of a test, from a hook or in the test itself, also with `using`.
 * Concurrent tests use `run()`.
 *
 * @param values - By name; names in any case.
 * @param options - Other options: `service`, `providers`, ... The rest comes from the outer Configs.
 */
export function testConfig(values: GivenValues, options: Omit<ConfigOptions, 'overrides'> = {}): Config {
  if ('overrides' in options)
    throw new InvalidSettingsError(
      'testConfig() option overrides',
      'is given beside the values, which are the overrides.',
    );
  return new Config({ ...options, overrides: values });
}

/**
 * Runs a function with some settings replaced, in everything it calls or awaits.
 *
 * @param values - By name; names in any case.
 * @param fn - Called once, with the Config that has the values; what it gives is returned.
 *
 * @example
 * await withTestConfig({ DB_HOST: 'localhost' }, () => config.get('DB_HOST')); // localhost
 */
export function withTestConfig<T>(values: GivenValues, fn: (config: Config) => T): T {
  const config = testConfig(values);
  return config.run(() => fn(config));
}
