import { callAndForget } from '../base/start-work';
import { nextTick } from '../base/unfaked-timers';

/** Calls back once all promises that are settled now have run their reactions: no time passes, but nobody is left out. What the callback throws is dropped. */
export function afterThisTurn(callback: () => void): void {
  callAndForget(() => Promise.resolve().then(() => nextTick(() => callAndForget(callback))));
}
