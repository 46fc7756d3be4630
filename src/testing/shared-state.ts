const key = Symbol.for('xcon@1.testing');
const holder = globalThis as { [key]?: Record<string, unknown> };

/**
 * Gives state that all copies of the package in a test file share: a runner may reset modules between tests.
 *
 * @param name - Name of the state.
 * @param make - Makes it when there is none.
 */
export function sharedState<T>(name: string, make: () => T): T {
  const all = (holder[key] ??= {});
  return (all[name] ??= make()) as T;
}
