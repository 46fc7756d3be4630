/** What ends a wait before its time. */
export interface TimeLimit {
  /** Longest wait, **milliseconds**. */
  readonly budgetMs: number;
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for a wait that took too long. */
  readonly onTimeout: () => Error;
}

/**
 * Waits for something, but not for ever.
 *
 * @throws The error of `onTimeout`, the reason of the signal, or what the promise rejects with. What goes on goes on.
 */
export async function withTimeLimit<T>(promise: Promise<T>, { budgetMs, signal, onTimeout }: TimeLimit): Promise<T> {
  signal?.throwIfAborted();
  let stop: () => void = () => undefined;
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(onTimeout());
    }, budgetMs);
    const abort = (): void => {
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    stop();
  }
}

/**
 * Waits for something until a signal fires.
 *
 * @param signal - Ends the wait at once; absent: nothing does.
 * @throws The reason of the signal, or what the promise rejects with. What goes on goes on.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
