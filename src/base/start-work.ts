import { nextTick } from './unfaked-timers';

/**
 * Starts work that may be dropped: an error reaches the code that awaits the promise and never ends the process.
 *
 * The library calls all user code this way: promises of another realm, thenables and plain values are accepted, and an exception
 * becomes a rejection.
 *
 * @param work - Called at once.
 * @returns A promise whose rejection counts as handled.
 */
export function startWork<T>(work: () => T | PromiseLike<T>): Promise<T> {
  const promise = new Promise<T>((resolve) => {
    resolve(work());
  });
  promise.catch(ignore);
  return promise;
}

/**
 * Calls a function whose outcome is not needed, such as a listener.
 *
 * @param call - Called at once; it may return a promise.
 * @param onError - Called with what it throws or rejects with. An error of its own is dropped.
 */
export function callAndForget(call: () => unknown, onError: (error: unknown) => void = ignore): void {
  startWork(call).catch(onError).catch(ignore);
}

/** Calls back once all promises that are settled now have run their reactions, before timers and I/O. An error of the callback is dropped. */
export function afterThisTurn(callback: () => void): void {
  callAndForget(() => Promise.resolve().then(() => nextTick(() => callAndForget(callback))));
}

function ignore(): void {
  // The code that awaits the promise gets the error.
}
