import { setImmediate } from '../base/unfaked-timers';
import { recordMutation } from '../di/state';
import { settingNames, variablesOf } from './definitions';

const names = settingNames.flatMap(variablesOf);
let seen: readonly (string | undefined)[] = [];
let isCheckedThisTick = false;

/** Invalidates what rests on settings when one of their variables has changed. */
export function refreshVariables(): void {
  const now = names.map((name) => process.env[name]);
  if (now.every((each, index) => each === seen[index])) return;
  seen = now;
  recordMutation();
}

/** As {@link refreshVariables}, at most once in each turn of the event loop: reading a variable costs more than a lookup in memory. */
export function refreshVariablesOncePerTick(): void {
  if (isCheckedThisTick) return;
  isCheckedThisTick = true;
  setImmediate(() => {
    isCheckedThisTick = false;
  }).unref();
  refreshVariables();
}
