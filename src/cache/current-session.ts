import { AwsClients } from '../aws/aws-clients';
import { Clock } from '../di/clock';
import { Context } from '../di/context';
import { Random } from '../di/random';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { XconSettings } from '../settings/xcon-settings';
import { type CacheSession } from './cacher';

/** Gives the session of the current context, for operations of a cacher outside of lookups. */
export function currentSession(): CacheSession {
  const context = Context.current();
  const clock = context.resolve(Clock);
  const random = context.resolve(Random);
  return {
    clients: context.resolve(AwsClients),
    settings: context.resolve(XconSettings).resolve(),
    localCache: context.resolve(LocalCache),
    logger: context.resolve(Logger),
    nowMs: () => clock.nowMs(),
    random: () => random.next(),
  };
}
