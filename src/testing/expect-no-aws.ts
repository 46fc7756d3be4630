import { type Scope } from '../di/context';
import { type AwsCall } from './guard/aws-call';
import { AwsOutOfReachError } from './guard/aws-out-of-reach-error';
import { watchAws } from './guard/watch-aws';
import { TestFile } from './test-file';

/**
 * Asserts that no AWS SDK of this process makes a call, not even to a local AWS.
 *
 * Checks the calls of the running test so far, and from then on rejects every call. At the end of the scope, which is the end of the test
 * where `xcon/jest` or another setup is used, it checks again: code may have swallowed the rejection.
 *
 * @returns A scope that ends it early, with the same check; also with `using`.
 * @throws AwsOutOfReachError when the test has already made a call.
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
