import { setTimeout } from '../base/unfaked-timers';

/** Waits, **milliseconds**; also while a test has fake timers. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
