import type * as Jest from '@jest/globals';
import { ContextError } from '../errors';

/** The globals of Jest that the setup uses. */
export type JestGlobals = Pick<typeof Jest, 'afterAll' | 'afterEach' | 'beforeEach' | 'expect'>;

/**
 * Gets the globals of Jest or, where they are not injected, those of its module.
 *
 * @throws ContextError where neither exists.
 */
export function jestGlobals(): JestGlobals {
  const globals = globalThis as Partial<JestGlobals>;
  const { afterAll, afterEach, beforeEach, expect } = isComplete(globals) ? globals : jestModule();
  return { afterAll, afterEach, beforeEach, expect };
}

function isComplete(globals: Partial<JestGlobals>): globals is JestGlobals {
  return [globals.afterAll, globals.afterEach, globals.beforeEach, globals.expect].every((each) => each !== undefined);
}

/** Jest provides this module itself. An import() would be too late: setup files are synchronous. */
function jestModule(): JestGlobals {
  const place = "xcon/jest belongs in Jest's setupFilesAfterEnv; elsewhere there is no beforeEach yet.";
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const globals = require('@jest/globals') as Partial<JestGlobals>;
    if (isComplete(globals)) return globals;
  } catch (cause) {
    throw new ContextError(place, { cause });
  }
  throw new ContextError(place);
}
