import { AwsClients } from '../aws/aws-clients';
import { Clock } from '../di/clock';
import { Context } from '../di/context';
import { Random } from '../di/random';
import { CacherError } from '../errors';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { XconSettings } from '../settings/xcon-settings';
import { type CacheSession } from './cacher';
import { type PartitionTarget } from './partition-operations';

/** Which partition of the cache table is meant. */
export interface PartitionOptions {
  /** Partition key, `/{service}/{environment}`; absent: that of the last lookup, else that of the settings. */
  readonly environ?: string | undefined;
}

/** What is to be cleared. */
export interface ClearOptions extends PartitionOptions {
  /** Only the rows of this name, in any case; absent: all. */
  readonly name?: string;
}

/** Gives what a cacher may use in the current context, for what is asked of it outside of lookups. */
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

/**
 * Gives the partition that an operation is about.
 *
 * @throws CacherError when nobody says which.
 */
export async function targetOf({ environ }: PartitionOptions): Promise<PartitionTarget> {
  const { clients, settings, random, nowMs } = currentSession();
  const ofProcess = settings.serviceGiven ? `/${settings.service}/${settings.environment}` : undefined;
  const partition = environ ?? ofProcess;
  if (partition === undefined) {
    throw new CacherError("No partition is named: set APP_NAME, or give one, as { environ: '/orders/prod' }.");
  }
  return { client: await clients.dynamo(), table: settings.cacheTable, environ: partition, random, nowMs };
}
