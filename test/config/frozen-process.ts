import { config, xconSettings } from '../../src/index';

// A process of the service `orders` that looks up one name, and says what comes of it.
Object.assign(xconSettings, { lookupBudgetMs: 6000, requestTimeoutMs: 30_000 });
config.cacher = null;
config
  .get('DB_HOST')
  .then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
  .finally(() => process.disconnect());
