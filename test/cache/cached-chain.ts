import { type CachedChain, type CacheSession } from '../../src/cache/cacher';
import { AwsClients, type AwsClientsOptions, LocalCache, XconSettings } from '../../src/index';
import { type SettingsValues } from '../../src/settings/settings-values';
import { RecordedLog, TestClock, TestRandom } from './doubles';
import { cacheKey } from './rows';

/** What a session is to be made of; absent: a clock that does not advance, the random number 0.5, default settings, no clients. */
export interface SessionParts {
  readonly clock?: TestClock;
  readonly random?: TestRandom;
  readonly log?: RecordedLog;
  readonly settings?: Partial<SettingsValues>;
  readonly clients?: AwsClientsOptions;
}

/** Makes what a cacher may use. */
export function cacheSession(parts: SessionParts = {}): CacheSession {
  const { clock = new TestClock(), random = new TestRandom(), log = new RecordedLog() } = parts;
  return {
    clients: new AwsClients(parts.clients),
    settings: new XconSettings(parts.settings).resolve(),
    localCache: new LocalCache(),
    logger: log.logger(),
    nowMs: () => clock.nowMs(),
    random: () => random.next(),
  };
}

/** Makes a chain of the usual directories and providers. */
export function cachedChain(parts: SessionParts = {}): CachedChain {
  const ssm = { name: 'ssm', holdsOnlySecrets: false, givesNull: false };
  const providers = new Map([
    ['ssm', ssm],
    ['secrets', { name: 'secrets', holdsOnlySecrets: true, givesNull: false }],
    ['ssm@eu-west-1', ssm],
    ['dynamo', { name: 'dynamo', holdsOnlySecrets: false, givesNull: true }],
  ]);
  return { key: cacheKey(), session: cacheSession(parts), trusted: undefined, providers };
}
