import { jestGlobals } from './jest-globals';
import { toResolveFrom, type XconMatchers } from './resolve-matcher';
import { type RunningTest, TestFile } from './test-file';

// Jest loads this for each test file, from `setupFilesAfterEnv`.
const { afterAll, afterEach, beforeEach, expect } = jestGlobals();
const file = TestFile.begin(describePlace);
let running: RunningTest | undefined;

beforeEach(async () => {
  await finishTest();
  running = file.start(expect.getState().currentTestName ?? 'a test');
});

afterEach(finishTest);

// The next test file uses the same modules of Node, whose methods were replaced.
afterAll(() => file.release());

expect.extend({ toResolveFrom });

async function finishTest(): Promise<void> {
  const test = running;
  running = undefined;
  await test?.finish();
}

/** Names a concurrent test, for which Jest calls no hooks, or the file. */
function describePlace(): string {
  const { currentConcurrentTestName, testPath = 'a test file' } = expect.getState();
  const test = currentConcurrentTestName?.();
  return test === undefined ? `Code outside of the tests of ${testPath}` : `"${test}"`;
}

declare global {
  /** Types of the globals of Jest, to which the matchers of xcon are added. */
  // eslint-disable-next-line @typescript-eslint/no-namespace, no-restricted-syntax -- The matchers of @types/jest are there.
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- As declared there.
    interface Matchers<R, T = {}> extends XconMatchers {}
  }
}

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- Here it is found; in a project, it may not be.
/** @ts-ignore: only who imports `expect` from @jest/globals has this module. */
declare module 'expect' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- As declared there.
  interface Matchers<R extends void | Promise<void>, T = unknown> extends XconMatchers {}
}
