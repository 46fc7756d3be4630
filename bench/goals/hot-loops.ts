import { config, type ConfigSnapshot, defineSettings, setting } from 'xcon';
import { type Loops } from './loops';
import { type Convict, type Nconf, type NodeConfig, type PowertoolsSsm } from './peers';

/** What was read last: exported, so that nothing that is measured can be left out. */
export let seen: unknown;

/** A value that is in memory. */
const value = 'db.internal';

/** What every lookup that is awaited costs at least. */
export const floor: Loops = {
  floor: async (times) => {
    for (let turn = 0; turn < times; turn += 1) {
      seen = Date.now();
      seen = await Promise.resolve(value);
    }
  },
};

/** Lookups by the facade, of values that are in memory. */
export const lookups = {
  plain: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.get('db_host');
  },
  'missing name': async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.get('nowhere');
  },
  'environment variable': async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.get('from_env');
  },
  'name of the fourth directory': async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.get('fourth');
  },
  override: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.get('overridden');
  },
} satisfies Loops;

const declared = defineSettings({ host: setting('DB_HOST'), pool: { size: setting('DB_POOL_SIZE') } });

/** Every method that gives a value, of names that are in memory. */
export const methods: Loops = {
  get: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.get('db_host');
  },
  require: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.require('db_host');
  },
  getString: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.getString('db_host');
  },
  requireString: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.requireString('db_host');
  },
  getNumber: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.getNumber('db_pool_size');
  },
  requireNumber: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.requireNumber('db_pool_size');
  },
  getBoolean: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.getBoolean('feature_x');
  },
  requireBoolean: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.requireBoolean('feature_x');
  },
  getJson: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.getJson('flags');
  },
  requireJson: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.requireJson('flags');
  },
  getItem: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.getItem('db_host');
  },
  requireItem: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.requireItem('db_host');
  },
  has: async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.has('db_host');
  },
  'load of two names': async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await config.load(['db_host', 'db_pool_size']);
  },
  'load of two declared settings': async (times) => {
    for (let turn = 0; turn < times; turn += 1) seen = await declared.load();
  },
};

/** The provider of Powertools, which has read the parameter already. */
export function powertoolsLoops(provider: InstanceType<PowertoolsSsm['SSMProvider']>): Loops {
  return {
    powertools: async (times) => {
      for (let turn = 0; turn < times; turn += 1) seen = await provider.get('/orders/prod/db_host');
    },
  };
}

/** Reads without waiting. */
export function readLoops(snapshot: ConfigSnapshot, { nodeConfig, convict, nconf }: SyncPeers): Loops {
  return {
    snapshot: async (times) => {
      for (let turn = 0; turn < times; turn += 1) seen = snapshot.get('db_host');
    },
    'node-config': async (times) => {
      for (let turn = 0; turn < times; turn += 1) seen = nodeConfig.get('db.host');
    },
    convict: async (times) => {
      for (let turn = 0; turn < times; turn += 1) seen = convict.get('db.host');
    },
    nconf: async (times) => {
      for (let turn = 0; turn < times; turn += 1) seen = nconf.get('db:host');
    },
  };
}

/** The peers that are read without waiting. */
export interface SyncPeers {
  readonly nodeConfig: NodeConfig;
  readonly convict: ReturnType<Convict>;
  readonly nconf: Nconf;
}

/** One lookup in each turn of the event loop, beside a turn alone. */
export const turns: Loops = {
  'turn with a lookup': async (times) => {
    for (let turn = 0; turn < times; turn += 1) {
      await new Promise(setImmediate);
      seen = await config.get('db_host');
    }
  },
  'turn with the floor': async (times) => {
    for (let turn = 0; turn < times; turn += 1) {
      await new Promise(setImmediate);
      seen = Date.now();
      seen = await Promise.resolve(value);
    }
  },
};
