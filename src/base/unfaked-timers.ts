import { clearTimeout as clearFromNode, setImmediate as fromNode, setTimeout as timeoutFromNode } from 'node:timers';

// Taken when this file is loaded: fake timers of a test replace them later, and would never call back.

/** Node's `setImmediate`, also while a test has fake timers. */
export const setImmediate = fromNode;

/** Node's `setTimeout`, also while a test has fake timers. */
export const setTimeout = timeoutFromNode;

/** Node's `clearTimeout`, also while a test has fake timers. */
export const clearTimeout = clearFromNode;

/** Node's `process.nextTick`, also while a test has fake timers; where they came first, `setImmediate`. */
export const nextTick: (callback: () => void) => void =
  'clock' in (Reflect.get(process, 'nextTick') as object) ? setImmediate : process.nextTick.bind(process);
