import { afterAll, beforeEach, expect } from 'vitest';
import { toResolveFrom, type XconMatchers } from './resolve-matcher';
import { TestFile } from './test-file';

// Vitest loads this for each test file, from `setupFiles`.
const file = TestFile.begin(() => `Code outside of the tests of ${expect.getState().testPath ?? 'a test file'}`);

beforeEach(({ onTestFinished, task }) => {
  const test = file.start(nameOf(task), { ownContext: task.concurrent !== true });
  onTestFinished(() => test.finish());
});

afterAll(() => file.end());

expect.extend({ toResolveFrom });

interface Named {
  readonly name: string;
  readonly suite?: Named | undefined;
}

function nameOf({ name, suite }: Named): string {
  return suite === undefined ? name : `${nameOf(suite)} > ${name}`;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- As declared there.
  interface Matchers<T = any> extends XconMatchers {}
}
