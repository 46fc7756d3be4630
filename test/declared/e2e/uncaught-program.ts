import { Config, defineSettings, EnvProvider, setting } from '../../../src/index';

/** A service with missing settings that does not catch the error. */
const declared = defineSettings({ dbHost: setting(), db: { poolSize: setting({ sources: ['ssm'] }) } });
const config = new Config({ providers: [EnvProvider], cacher: null });

export const loading = config.run(() => declared.load());
