import { type Channel, channel } from 'node:diagnostics_channel';

/** How a lookup ended. */
export interface LookupOrigin {
  /** Name of the setting, in the caller's case. It may come from outside: not for a metric. */
  readonly name: string;
  /** `failed`: a source on the way failed. */
  readonly outcome: 'found' | 'missing' | 'failed';
  /** Cache name of the provider; `override` or `default`; `none` when nothing was found. */
  readonly source: string;
  /** Directory that the value is in; `undefined` for one that is in none. */
  readonly directory: string | undefined;
  /** Whether the answer comes from the cache table. */
  readonly viaCacher: boolean;
  /** Whether it is served because its source fails. */
  readonly stale: boolean;
  /**
   * Since when the answer is known, **milliseconds** since the Unix epoch: when its row was written, when it was good last, else when it
   * was read; `undefined` when the lookup failed, and where that is not known.
   */
  readonly knownSinceMs: number | undefined;
}

/** Start and duration, which several events have. */
export interface Timed {
  /** **Milliseconds** since the Unix epoch, with a fraction. */
  readonly startedAtMs: number;
  /** **Milliseconds**, with a fraction. */
  readonly durationMs: number;
}

/** A lookup that was not answered from memory. */
export interface LookupEvent extends LookupOrigin, Timed {
  /** Code of a ConfigError, else the name of the error; `undefined` unless it failed. */
  readonly error: string | undefined;
}

/** One call of an AWS client that the library has made, retries included. */
export interface RequestEvent extends Timed {
  /** Name of the service as its client has it: `SSM`, `SecretsManager`, `DynamoDB`, `KMS`, `AppConfigData`. */
  readonly service: string;
  /** `GetParametersByPath`. */
  readonly operation: string;
  /** HTTP status of the last answer; `undefined` without one. */
  readonly status: number | undefined;
  /** Id that AWS gave the request; `undefined` without an answer. */
  readonly requestId: string | undefined;
  /** How often it was sent; `undefined` where the client does not say. */
  readonly attempts: number | undefined;
  /** Name of the error; `undefined` when it succeeded. */
  readonly error: string | undefined;
}

/** A read of the partition of the cache table. */
export interface CacheReadEvent extends Timed {
  /** Name of the cache table. */
  readonly table: string;
  /** Partition of the cache table: `/{service}/{environment}`. */
  readonly environ: string;
  /** How many rows it has; `undefined` when it could not be read. */
  readonly rows: number | undefined;
  /** Name of the error; `undefined` when it succeeded. */
  readonly error: string | undefined;
}

/** Memory was forgotten, so that the next lookups read again. */
export interface RefreshEvent {
  /** `expired`: its time was over; `requested`: by `refresh()`, a `fresh` lookup, or a watch. */
  readonly reason: 'expired' | 'requested';
}

/** What is published, by the name of the channel. No value is in any of it. */
export interface XconEvents {
  /** A lookup that was answered from memory. */
  readonly 'xcon:memory-hit': LookupOrigin;
  /** A lookup that left memory. */
  readonly 'xcon:lookup': LookupEvent;
  /** A request to AWS. */
  readonly 'xcon:request': RequestEvent;
  /** A read of the cache table. */
  readonly 'xcon:cache-read': CacheReadEvent;
  /** A refresh of memory. */
  readonly 'xcon:refresh': RefreshEvent;
}

/** A channel whose messages have a type. Without a subscriber it costs one read of `hasSubscribers`. */
interface EventChannel<T> extends Pick<Channel, 'hasSubscribers'> {
  publish(message: T): void;
}

/** Channels of Node's `diagnostics_channel`, which all copies of the package share by their names. */
export const memoryHits = channelOf('xcon:memory-hit');
export const lookups = channelOf('xcon:lookup');
export const requests = channelOf('xcon:request');
export const cacheReads = channelOf('xcon:cache-read');
export const refreshes = channelOf('xcon:refresh');

/** Starts to measure. @returns Gives the times when it ended. */
export function startTimer(): () => Timed {
  const begin = performance.now();
  return () => ({ startedAtMs: performance.timeOrigin + begin, durationMs: performance.now() - begin });
}

function channelOf<Name extends keyof XconEvents>(name: Name): EventChannel<XconEvents[Name]> {
  return channel(name);
}
