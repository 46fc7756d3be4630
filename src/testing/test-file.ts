import { setTimeout } from 'node:timers/promises';
import { AwsClients } from '../aws/aws-clients';
import { callAndForget, startWork } from '../base/start-work';
import { Config } from '../config/config';
import { Context, type Scope } from '../di/context';
import { LocalCache } from '../memory/local-cache';
import { EnvProvider } from '../providers/env-provider';
import { XconSettings } from '../settings/xcon-settings';
import { type AwsCall } from './guard/aws-call';
import { AwsOutOfReachError } from './guard/aws-out-of-reach-error';
import { isLoopback } from './guard/loopback';
import { watchAws } from './guard/watch-aws';
import { sharedState } from './shared-state';

/** A test that runs. */
export interface RunningTest {
  /** Title of the test. */
  readonly name: string;
  /** Its calls so far, those of a local AWS included. */
  readonly calls: readonly AwsCall[];
  /** Calls a function at the end of the test, whatever its result; an exception fails the test. */
  atEnd(step: () => void): void;
  /** Leaves its context and everything entered in it, and closes it. */
  finish(): Promise<void>;
}

/**
 * Isolates the tests of a file from one another and from AWS.
 *
 * Code outside of tests (the file itself, `beforeAll`, concurrent tests) has a context of the same kind, that of the file.
 */
export class TestFile {
  private readonly root = createTestRoot();
  private readonly scope: Scope = this.root.enter();
  private readonly running = new Set<OneTest>();
  private readonly endWatch = watchAws((call) => this.checkCall(call));

  private constructor(private readonly describePlace: () => string) {}

  /**
   * Begins a file, and ends the previous one.
   *
   * @param describePlace - Names the running code when no test is known to run: a concurrent test, the file.
   */
  static begin(describePlace: () => string): TestFile {
    const former = shared.file;
    if (former !== undefined) callAndForget(() => former.end());
    return (shared.file = new TestFile(describePlace));
  }

  /** The current file; `undefined` where no runner has been set up. */
  static get current(): TestFile | undefined {
    return shared.file;
  }

  /** The running test that began last; `undefined` outside of tests. */
  get test(): RunningTest | undefined {
    return [...this.running].at(-1);
  }

  /** Names the running code, for messages. */
  describe(): string {
    const names = [...this.running].map(({ name }) => `"${name}"`);
    return names.length === 0 ? this.describePlace() : names.join(' or ');
  }

  /**
   * Begins a test.
   *
   * @param options - `ownContext`: whether it begins in a root context of its own. Default: unless another test runs, whose
   *   context it then shares (a subtest, or a test of a concurrent suite).
   */
  start(name: string, { ownContext = this.running.size === 0 } = {}): RunningTest {
    const test: OneTest = new OneTest(name, ownContext ? createTestRoot() : undefined, () => {
      this.running.delete(test);
      return this.running.size > 0;
    });
    this.running.add(test);
    return test;
  }

  /** Allows calls to AWS again, and closes the context of the file; what is entered stays. */
  async release(): Promise<void> {
    try {
      await closeContext(this.root);
    } finally {
      this.endWatch();
    }
  }

  /** Ends the file: its context and everything entered in it are left, and calls to AWS are allowed again. */
  async end(): Promise<void> {
    if (shared.file === this) shared.file = undefined;
    this.scope.exit({ andLater: true });
    await this.release();
  }

  private checkCall(call: AwsCall): Error | undefined {
    for (const test of this.running) test.calls.push(call);
    if (isLoopback(call.host)) return undefined;
    const reason = 'AWS is out of reach in tests: use a fake or the local AWS of xcon/testing.';
    return new AwsOutOfReachError(this.describe(), [call], reason);
  }
}

/** The current test file. */
const shared = sharedState<{ file: TestFile | undefined }>('file', () => ({ file: undefined }));

class OneTest implements RunningTest {
  readonly calls: AwsCall[] = [];
  private readonly steps: (() => void)[] = [];
  private readonly scope: Scope | undefined;

  /** @param leave - Returns whether other tests are running, which may use the same clients. */
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
    const areOthersRunning = this.leave();
    this.scope?.exit({ andLater: true });
    if (!areOthersRunning && this.root !== undefined) await closeContext(this.root);
    for (const step of this.steps.splice(0)) step();
  }
}

/** Signs requests to a local AWS; without them, the SDK would search for credentials over the network. */
const credentials = { accessKeyId: 'xcon-tests-not-a-real-key', secretAccessKey: 'xcon-tests-not-a-real-secret' };

/**
 * Makes the initial context of a test: nothing in it is shared, environment variables are the only source, there is no cacher, the service
 * is `testing` and the environment `unit`.
 *
 * A test may change that: `xconSettings.service = 'orders'`, or a Config with providers.
 */
function createTestRoot(): Context {
  const settings = { service: 'testing', environment: 'unit', providers: [EnvProvider], disableDefaultCacher: true };
  return Context.createRoot([new XconSettings(settings), new AwsClients(new LocalClientOptions())]);
}

/** The region is read when a client is made: a test may set it before that. */
class LocalClientOptions {
  readonly credentials = credentials;

  get region(): string {
    return process.env['AWS_REGION'] ?? 'us-east-1';
  }
}

// Kept when this file is loaded: a test may end with fake timers.
const pause = setTimeout;

/** Longest wait for pending writes, **milliseconds**: a test may have stopped its local AWS. */
const writeWaitMs = 2000;

/**
 * Closes the context of a test: aborts reads, which the SDK would otherwise retry, awaits pending writes for a short time, and closes
 * connections.
 */
async function closeContext(root: Context): Promise<void> {
  root.resolve(LocalCache).abortReads();
  const ended = new AbortController();
  const closing = startWork(() => root.run(() => root.resolve(Config).close()));
  const limit = pause(writeWaitMs, undefined, ended).catch(() => undefined);
  try {
    await Promise.race([closing, limit]);
  } finally {
    ended.abort();
  }
  await root.resolve(AwsClients).close();
}
