import { bareHost } from './loopback';

/** A call of an AWS SDK, as derived from its request. */
export interface AwsCall {
  /** Name of the service, as in signatures and endpoints: `ssm`, `dynamodb`. */
  readonly service: string;
  /** Operation, such as `GetParametersByPath`; method and path where requests do not name one. */
  readonly operation: string;
  /** Host that the request is for. */
  readonly host: string;
}

/** A request that is about to be sent. */
export interface OutgoingRequest {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** Gives a header by its lower-cased name; `undefined` when there is none. */
  readonly header: (name: string) => string | undefined;
}

/**
 * Domains of the services, of all public partitions.
 * Source: https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
const domains = /(^|\.)(amazonaws\.(com|com\.cn|eu)|api\.aws|api\.amazonwebservices\.(com\.cn|eu))$/;

/**
 * Addresses from which the SDK gets credentials: of EC2, ECS and EKS.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
const credentialHosts: ReadonlySet<string> = new Set([
  '169.254.169.254',
  'fd00:ec2::254',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::23',
]);

/** Headers that only SDKs of AWS send. */
const sdkHeaders = ['x-amz-target', 'amz-sdk-invocation-id', 'x-amz-user-agent'];

/** Gives the call that a request is for; `undefined` when it is not one of an AWS SDK, nor for a host of AWS. */
export function awsCallOf(request: OutgoingRequest): AwsCall | undefined {
  const { header, host, method, path } = request;
  const scope = /^AWS4-\S+ Credential=[^,]*\/([^/,]+)\/aws4_request/.exec(header('authorization') ?? '')?.[1];
  const isCall = scope !== undefined || sdkHeaders.some((name) => header(name) !== undefined) || isAwsHost(host);
  if (!isCall) return undefined;
  const [target, operation] = header('x-amz-target')?.split('.') ?? [];
  const api = /(?:^| )api\/([^# ]+)#/.exec(header('user-agent') ?? '')?.[1];
  return {
    service: scope ?? api ?? target ?? hostedService(host),
    operation: operation ?? `${method} ${path.split('?', 1).join('')}`,
    host,
  };
}

/** Gives the call that a connection is for; `undefined` when it does not go straight to a host of AWS. */
export function connectionTo(host: string | undefined): AwsCall | undefined {
  if (host === undefined || !isAwsHost(host)) return undefined;
  return { service: hostedService(host), operation: 'connection', host };
}

function isAwsHost(host: string): boolean {
  return credentialHosts.has(bareHost(host)) || domains.test(bareHost(host));
}

function hostedService(host: string): string {
  return credentialHosts.has(bareHost(host)) ? 'credentials' : (host.split('.', 1)[0] ?? host);
}
