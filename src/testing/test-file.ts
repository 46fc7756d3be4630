import { callAndForget } from '../base/start-work';
import { type Context, type Scope } from '../di/context';
import { closeContext } from './close-context';
import { type AwsCall } from './guard/aws-call';
import { AwsOutOfReachError } from './guard/aws-out-of-reach-error';
import { isLoopback } from './guard/loopback';
import { watchAws } from './guard/watch-aws';
import { sharedState } from './shared-state';
import { createTestRoot } from './test-root';

/** A test that runs. */
export interface RunningTest {
  /** Title of the test. */
  readonly name: string;
  /** What it has called so far, local AWS included. */
  readonly calls: readonly AwsCall[];
  /** Does something when the test is over, whatever came of it; what it throws fails the test. */
  atEnd(step: () => void): void;
  /** Leaves its context and everything entered in it, and ends what was begun there. */
  finish(): Promise<void>;
}

/**
 * Keeps the tests of a file apart from one another and from AWS.
 *
 * What runs outside of tests (the file itself, `beforeAll`, concurrent tests) has a context of the same kind, the file's.
 */
export class TestFile {
  private readonly root = createTestRoot();
  private readonly scope: Scope = this.root.enter();
  private readonly running = new Set<OneTest>();
  private readonly endWatch = watchAws((call) => this.look(call));

  private constructor(private readonly whereabouts: () => string) {}

  /**
   * Begins a file; one that has not been ended ends.
   *
   * @param whereabouts - Names what runs when no test is known to: a concurrent test, the file.
   */
  static begin(whereabouts: () => string): TestFile {
    const former = shared.file;
    if (former !== undefined) callAndForget(() => former.end());
    return (shared.file = new TestFile(whereabouts));
  }

  /** The file that is under way; `undefined` where no runner has been set up. */
  static get current(): TestFile | undefined {
    return shared.file;
  }

  /** The test that began last of those that run; `undefined` outside of tests. */
  get test(): RunningTest | undefined {
    return [...this.running].at(-1);
  }

  /** Says what runs, for messages. */
  describe(): string {
    const names = [...this.running].map(({ name }) => `"${name}"`);
    return names.length === 0 ? this.whereabouts() : names.join(' or ');
  }

  /**
   * Begins a test.
   *
   * @param options - `ownContext`: whether it begins in a root context of its own. Default: unless another test runs, whose
   *   context it then shares (a subtest, or one of a concurrent suite).
   */
  start(name: string, { ownContext = this.running.size === 0 } = {}): RunningTest {
    const test: OneTest = new OneTest(name, ownContext ? createTestRoot() : undefined, () => {
      this.running.delete(test);
      return this.running.size > 0;
    });
    this.running.add(test);
    return test;
  }

  /** Puts AWS in reach again, and ends what was begun outside of tests; what is entered stays. */
  async release(): Promise<void> {
    try {
      await closeContext(this.root);
    } finally {
      this.endWatch();
    }
  }

  /** Ends the file: its context and everything entered in it are left, and AWS is in reach again. */
  async end(): Promise<void> {
    if (shared.file === this) shared.file = undefined;
    this.scope.exit({ andLater: true });
    await this.release();
  }

  private look(call: AwsCall): Error | undefined {
    for (const test of this.running) test.calls.push(call);
    if (isLoopback(call.host)) return undefined;
    const reason = 'AWS is out of reach in tests: use a fake or the local AWS of xcon/testing.';
    return new AwsOutOfReachError(this.describe(), [call], reason);
  }
}

/** The test file under way. */
const shared = sharedState<{ file: TestFile | undefined }>('file', () => ({ file: undefined }));

class OneTest implements RunningTest {
  readonly calls: AwsCall[] = [];
  private readonly steps: (() => void)[] = [];
  private readonly scope: Scope | undefined;

  /** @param leave - Says whether other tests go on, which may use the same clients. */
  constructor(
    readonly name: string,
    private readonly root: Context | undefined,
    private readonly leave: () => boolean,
  ) {
    this.scope = root?.enter();
  }

  atEnd(step: () => void): void {
    this.steps.unshift(step);
  }

  async finish(): Promise<void> {
    const othersRun = this.leave();
    this.scope?.exit({ andLater: true });
    if (!othersRun && this.root !== undefined) await closeContext(this.root);
    for (const step of this.steps.splice(0)) step();
  }
}
