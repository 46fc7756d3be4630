import { settledWithin } from '../base/time-limit';
import { type LookupScope } from './lookup-scope';

/** Longest wait for writes before an answer is given, **milliseconds**. */
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
 * Runs work that reads. Where a process may be frozen as soon as it has answered (AWS Lambda), leaves no request half done:
 * writes are awaited for a moment before the answer is given, and with the end of the last such work of a memory, its
 * unfinished reads are aborted and forgotten.
 *
 * Every method that waits for reads goes through here: what does not count as under way loses its reads when a lookup ends.
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
