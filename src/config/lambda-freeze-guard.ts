import { settledWithin } from '../base/time-limit';
import { type LookupScope } from './lookup-scope';

/** Longest wait for writes before a result is returned, **milliseconds**. */
const writeWaitMs = 300;

/**
 * Whether this process may be frozen between two pieces of work.
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function mayFreeze(): boolean {
  return (process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '') !== '';
}

/**
 * Runs work that reads. Where the process may be frozen as soon as it has answered (AWS Lambda), no request is left unfinished: writes are
 * awaited for a short time before the result is returned, and when the last such work of a memory ends, its unfinished reads are aborted.
 *
 * Every method that waits for reads must use this: the end of another one's work would otherwise abort its reads.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export async function withLambdaFreezeGuard<T>(
  { cacher, localCache }: Pick<LookupScope, 'cacher' | 'localCache'>,
  work: () => Promise<T>,
): Promise<T> {
  if (!mayFreeze()) return work();
  const endUse = localCache.startUse();
  try {
    return await work();
  } finally {
    if (cacher !== null) await settledWithin(writeWaitMs, () => cacher.flush());
    const isLast = endUse();
    if (isLast) localCache.abortReads();
  }
}
