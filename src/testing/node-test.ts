import { beforeEach } from 'node:test';
import { TestFile } from './test-file';

// Node loads this before each test file, by `--import`.
const file = TestFile.begin(() => `Code outside of the tests of ${process.argv[1] ?? 'this process'}`);

beforeEach((given) => {
  const context = given as TestContext;
  const test = file.start(context.fullName ?? context.name);
  // Behind every afterEach, where a hook of ours would come before those of the file.
  context.after(() => test.finish());
});

/** What Node gives to hooks: the context of the test. */
interface TestContext {
  readonly name: string;
  /** Absent before Node 20.16. */
  readonly fullName?: string;
  after(fn: () => Promise<void>): void;
}
