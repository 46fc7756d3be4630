import { nextTick } from '../base/unfaked-timers';

/** Calls back once all promises that are settled now have run their reactions: no time passes, but nobody is left out. */
export function afterThisTurn(callback: () => void): void {
  void Promise.resolve().then(() => {
    nextTick(callback);
  });
}
