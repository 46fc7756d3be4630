import { type AwsWatcher } from './guard/watch-aws';
import { type TestFile } from './test-file';

/** What all copies of the package that a test file has loaded share: a runner may reset modules between tests. */
interface SharedState {
  /** The test file under way. */
  file: TestFile | undefined;
  /** Those who look at calls to AWS. */
  readonly watchers: Set<AwsWatcher>;
  /** Put back what was replaced to look at calls. */
  restore: (() => void)[];
}

const key = Symbol.for('xcon@1.testing');
const holder = globalThis as { [key]?: SharedState };

/** The state of this process: one, however often the package was loaded. */
export const shared: SharedState = (holder[key] ??= { file: undefined, watchers: new Set(), restore: [] });
