import { ConfigError } from '../../errors';
import { type AwsCall } from './aws-call';

/** A test, or code that it runs, has called AWS, which is not allowed. */
export class AwsOutOfReachError extends ConfigError {
  override readonly name = 'AwsOutOfReachError';
  readonly code = 'AWS_OUT_OF_REACH';

  /**
   * @param test - What was running: the name of a test.
   * @param calls - What was called.
   * @param reason - Why that is not allowed, and what to do.
   */
  constructor(
    readonly test: string,
    readonly calls: readonly AwsCall[],
    reason: string,
  ) {
    super(`${test} called ${calls.map(describeCall).join(', ')}. ${reason}`);
  }
}

function describeCall({ service, operation, host }: AwsCall): string {
  return `${service} ${operation} at ${host}`;
}
