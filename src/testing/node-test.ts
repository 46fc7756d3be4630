import { beforeEach } from 'node:test';
import { TestFile } from './test-file';

// Node loads this before each test file, by `--import`.
const file = TestFile.begin(() => `Code outside of the tests of ${process.argv[1] ?? 'this process'}`);

beforeEach((given) => {
  const context = given as TestContext;
  const test = file.start(context.fullName ?? context.name);
  // After every afterEach hook of the file, which a hook of this module would precede.
  context.after(() => test.finish());
});

/** The context of the test, which Node passes to hooks. */
interface TestContext {
  readonly name: string;
  /** Absent before Node 20.16. */
  readonly fullName?: string;
  after(fn: () => Promise<void>): void;
}
