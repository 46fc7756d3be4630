import { callAndForget } from '../base/start-work';
import { nextTick } from '../base/unfaked-timers';

/** Calls back once all promises that are settled now have run their reactions: without waiting for timers or I/O. What the callback throws is dropped. */
export function afterThisTurn(callback: () => void): void {
  callAndForget(() => Promise.resolve().then(() => nextTick(() => callAndForget(callback))));
}
