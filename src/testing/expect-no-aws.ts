import { type Scope } from '../di/context';
import { type AwsCall } from './guard/aws-call';
import { AwsOutOfReachError } from './guard/aws-out-of-reach-error';
import { watchAws } from './guard/watch-aws';
import { TestFile } from './test-file';

/**
 * Makes sure that no AWS SDK of this process calls anything, a local AWS included.
 *
 * Looks back at the test that runs, and from then on refuses every call. At the end of the scope, which is the end of the
 * test where `xcon/jest` or another setup is in use, it looks again: code may have swallowed the refusal.
 *
 * @returns Ends it early, and looks again then; also with `using`.
 * @throws AwsOutOfReachError when the test has called something before.
 *
 * @example
 * test('answers from memory', async () => {
 *   expectNoAws();
 *   await handler(request);
 * });
 */
export function expectNoAws(): Scope {
  const file = TestFile.current;
  const name = file?.describe() ?? 'This process';
  check(name, file?.test?.calls ?? []);
  const calls: AwsCall[] = [];
  const endWatch = watchAws((call) => {
    calls.push(call);
    return refusal(name, [call]);
  });
  const exit = (): void => {
    endWatch();
    check(name, calls.splice(0));
  };
  file?.test?.atEnd(exit);
  return { exit, close: exit, [Symbol.dispose]: exit };
}

function check(name: string, calls: readonly AwsCall[]): void {
  if (calls.length > 0) throw refusal(name, calls);
}

function refusal(name: string, calls: readonly AwsCall[]): AwsOutOfReachError {
  return new AwsOutOfReachError(name, calls, 'expectNoAws() allows no call.');
}
