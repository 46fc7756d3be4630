/**
 * Starts work that may be dropped: an error reaches the code that awaits the promise and never ends the process.
 *
 * The one way in which this library calls what a user has written: it takes promises of another realm, thenables and plain
 * values, and turns what is thrown at once into a rejection.
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

function ignore(): void {
  // The code that awaits the promise gets the error.
}
