import { setTimeout } from 'node:timers/promises';
import { startWork } from '../base/start-work';
import { AwsClients } from '../aws/aws-clients';
import { Config } from '../config/config';
import { type Context } from '../di/context';
import { LocalCache } from '../memory/local-cache';

// Taken when this file is loaded: a test may end with fake timers.
const pause = setTimeout;

/** Longest wait for what is being written, **milliseconds**: a test may have stopped its local AWS. */
const writeWaitMs = 2000;

/**
 * Ends what a test has begun in its context: gives up what is being read, which the SDK would otherwise try again, awaits
 * what is being written, for a moment, and closes connections.
 */
export async function closeContext(root: Context): Promise<void> {
  root.resolve(LocalCache).abortReads();
  const ended = new AbortController();
  const closing = startWork(() => root.run(() => root.resolve(Config).close()));
  const limit = pause(writeWaitMs, undefined, ended).catch(() => undefined);
  try {
    await Promise.race([closing, limit]);
  } finally {
    ended.abort();
  }
  await root.resolve(AwsClients).close();
}
