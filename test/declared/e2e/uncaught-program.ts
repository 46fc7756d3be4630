import { Config, defineSettings, EnvProvider, setting } from '../../../src/index';

/** A service whose settings are not as they should be, and that does not catch what says so. */
const declared = defineSettings({ dbHost: setting(), db: { poolSize: setting({ sources: ['ssm'] }) } });
const config = new Config({ providers: [EnvProvider], cacher: null });

export const loading = config.run(() => declared.load());
