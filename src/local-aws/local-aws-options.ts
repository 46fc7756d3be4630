import { region } from './arn';
import { type LocalAwsCall } from './call-log';
import { type LocalAwsFault } from './faults';
import { LocalAwsError } from './local-aws-error';
import { type LocalAwsSeed } from './local-aws-seed';

/** Limits the local AWS enforces; absent ones it does not have. */
export interface LocalAwsLimits {
  /**
   * Requests a second, shared by `GetParameter`, `GetParameters` and `GetParametersByPath`; beyond them `ThrottlingException`.
   *
   * Real accounts begin with 40.
   */
  readonly ssmRequestsPerSecond?: number;
  /** The same for what changes parameters, their labels and their tags. */
  readonly ssmWritesPerSecond?: number;
}

/** How to start a local AWS. */
export interface LocalAwsOptions {
  /** What it holds at the start: a seed, or the path of a `.yaml`, `.yml` or `.json` file. */
  readonly seed?: LocalAwsSeed | string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** `127.0.0.1` (default), `::1` or `localhost`. It never listens anywhere else. */
  readonly host?: string;
  /** Milliseconds every request waits before it is performed. */
  readonly latencyMs?: number;
  /** Faults from the start, as `setFaults` takes them; none when absent. */
  readonly faults?: readonly LocalAwsFault[];
  /** Request rates beyond which Parameter Store throttles; no limit when absent. */
  readonly limits?: LocalAwsLimits;
  /** Current time, milliseconds since the Unix epoch: for dates and the rate limit. */
  readonly clock?: () => number;
  /** Called with every request when it has ended; must not throw. */
  readonly onCall?: (call: LocalAwsCall) => void;
}

/**
 * Gives the address to listen on.
 *
 * @throws LocalAwsError for anything that is not loopback: the local AWS checks no signatures.
 */
export function loopbackHost(host: string = '127.0.0.1'): string {
  if (host === 'localhost') return '127.0.0.1';
  if (host === '127.0.0.1' || host === '::1') return host;
  throw new LocalAwsError('The local AWS listens on 127.0.0.1, ::1 or localhost only.');
}

/** @throws LocalAwsError for an invalid port. */
export function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new LocalAwsError('port is not a whole number from 0 to 65535.');
}

/** @throws LocalAwsError for anything but a number of at least 0. */
export function checkAmount(amount: number, name: string): number {
  if (Number.isFinite(amount) && amount >= 0) return amount;
  throw new LocalAwsError(`${name} is not a number of at least 0.`);
}

/**
 * Gives the variables that point the AWS SDKs and the CLI at a local AWS. The credentials in them are not real.
 *
 * For one that another process has started; of one that this process has started they are `aws.environment`.
 *
 * @param url - Where it listens, such as `http://127.0.0.1:4567`.
 */
export function localAwsEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    // Python's SDK does not read AWS_REGION.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local-aws-not-a-real-key',
    AWS_SECRET_ACCESS_KEY: 'local-aws-not-a-real-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
