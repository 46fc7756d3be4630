import { type LocalCache } from '../providers/local-cache';
import { type LookupScope } from './lookup-scope';

/** Longest wait for writes before an answer is given, **milliseconds**. */
const writeWaitMs = 300;

/** How many lookups are under way, by the memory that they share. */
const underWay = new WeakMap<LocalCache, number>();

/**
 * Where a process may be frozen as soon as it has answered (AWS Lambda), leaves no request half done: reads that nobody
 * needs any more are aborted and forgotten, and writes awaited for a moment before the answer is given.
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export async function beforeFreezing<T>(
  { cacher, localCache }: Pick<LookupScope, 'cacher' | 'localCache'>,
  lookUp: () => Promise<T>,
): Promise<T> {
  if ((process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '') === '') return lookUp();
  underWay.set(localCache, (underWay.get(localCache) ?? 0) + 1);
  try {
    const result = await lookUp();
    if (cacher !== null) await atMost(writeWaitMs, cacher.flush());
    return result;
  } finally {
    const left = (underWay.get(localCache) ?? 1) - 1;
    underWay.set(localCache, left);
    if (left === 0) localCache.abortUnfinished();
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
