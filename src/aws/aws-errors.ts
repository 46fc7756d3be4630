import { describeError, errorSummary, readProperty } from '../base/describe-error';
import { Unavailable } from '../item/directory-listing';

/**
 * What a failed call means to a lookup.
 *
 * - `no-region`, `no-credentials`: no call with these clients can succeed before the process has them.
 * - `not-permitted`: the credentials are valid and lack the permission.
 * - `unusable-key`: the KMS key of a value is disabled, deleted or denied.
 * - `not-found`: there is no such table, secret or version.
 * - `bad-request`: the service rejects the request itself, such as a batch with an invalid name in it.
 * - `throttled`, `failed`: the same call may succeed later.
 */
export type AwsFailure =
  | 'no-region'
  | 'no-credentials'
  | 'not-permitted'
  | 'unusable-key'
  | 'not-found'
  | 'bad-request'
  | 'throttled'
  | 'failed';

/** Errors of services and STS for credentials that they do not accept. */
const credentialsRefused =
  /^(UnrecognizedClient|ExpiredToken|InvalidSignature|InvalidClientTokenId|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature|InvalidIdentityToken|IDPRejectedClaim)/;
const notPermitted = /^AccessDenied/;
/** Errors of SSM and KMS for a key that cannot be used; not those of an outage of KMS. */
const unusableKey =
  /^(InvalidKeyId$|InvalidKeyUsage|KMS(?!Internal|Throttling)|Disabled|KeyUnavailable|InvalidCiphertext|IncorrectKey|NotFoundException$)/;
const badRequest = /^(ValidationException|InvalidParameter|InvalidRequest)/;
/** Failures of the service and of the network, whatever their status. */
const serverFault = /^(Internal|ServiceUnavailable|RequestTimeout|Timeout|AbortError)/;
const throttled = /^(Throttling|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|RequestThrottled)/;
const regionMissing = 'Region is missing';

/**
 * Classifies the error of a call to AWS.
 *
 * By the name of the error: the SDK throws several of these as the base exception of the service.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export function classifyAwsError(error: unknown): AwsFailure {
  const { name, message, status } = errorSummary(error);
  if (message === regionMissing) return 'no-region';
  if (name === 'CredentialsError') return detail(error, 'isOutage') === true ? 'failed' : 'no-credentials';
  if (credentialsProviders.test(name)) return isCredentialsOutage(error) ? 'failed' : 'no-credentials';
  if (credentialsRefused.test(name)) return 'no-credentials';
  if (notPermitted.test(name)) return 'not-permitted';
  if (unusableKey.test(name)) return 'unusable-key';
  if (name === 'ResourceNotFoundException') return 'not-found';
  if (throttled.test(name)) return 'throttled';
  if (badRequest.test(name)) return 'bad-request';
  return isClientFault(status) && !serverFault.test(name) ? 'bad-request' : 'failed';
}

/** Whether a status means that the request is at fault, so that the same request would fail again. */
function isClientFault(status = 0): boolean {
  return status >= 400 && !isOutageStatus(status);
}

/** Errors of the credential providers of the SDK. */
const credentialsProviders = /^(Credentials|Token)?ProviderError$/;
/** Message when no provider of the default chain has credentials; it does not say why each of them failed. */
const chainExhausted = 'Could not load credentials from any providers';
/** Refusals of SSO and the sign-in service, in the messages of the SDK. */
const loginRefused =
  /^(Unauthorized|Forbidden|AccessDenied|ResourceNotFound|InvalidRequest|InvalidGrant|InvalidClient|ExpiredToken)/;

/** Whether the default chain of the SDK has found no credentials, for a reason that the error does not say. */
export function isChainExhausted(error: unknown): boolean {
  const { name, message } = errorSummary(error);
  return credentialsProviders.test(name) && message === chainExhausted;
}

/**
 * Whether a source of credentials failed, as far as its error shows.
 *
 * The SDK gives most details only as text: `Server responded with status: 500`, `TooManyRequestsException: ...`.
 *
 * @param error - What a provider of credentials has thrown.
 */
export function isCredentialsOutage(error: unknown): boolean {
  const { name, message } = errorSummary(error);
  if (credentialsProviders.test(name)) {
    const status = detail(error, 'statusCode') ?? /responded with status: (\d+)/.exec(message)?.[1];
    if (status !== undefined) return isOutageStatus(Number(status));
    const inner = /^(?:Failed to refresh token: )?([A-Za-z]\w*): /.exec(message)?.[1];
    if (inner !== undefined) return !loginRefused.test(inner);
    return name === 'ProviderError' || unusableAnswer.test(message);
  }
  // A token file that does not exist, or may not be read.
  if (['ENOENT', 'EACCES'].includes(`${String(detail(error, 'code'))}`)) return false;
  return !credentialsRefused.test(name) && !notPermitted.test(name);
}

/** Messages about answers without credentials. */
const unusableAnswer =
  /invalid temporary credential|Invalid response received|not of the required format|missing required/;

/** Whether an HTTP status of a source of credentials means a failure. The other 4xx mean that it refuses, or has none. */
export function isOutageStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408 || status < 400;
}

/**
 * Gives an error as a refusal; `undefined` when it is a failure, or means that something does not exist.
 *
 * @param remedy - What to do where the credentials are valid: the permission to grant.
 */
export function refusalOf(error: unknown, remedy: string): Unavailable | undefined {
  const failure = classifyAwsError(error);
  const reason = describeError(error);
  if (failure === 'no-region') return new Unavailable(reason, remedyOf(error, remedy), 'region');
  if (failure === 'no-credentials') return new Unavailable(reason, remedyOf(error, remedy), 'credentials');
  if (failure === 'not-permitted' || failure === 'unusable-key')
    return new Unavailable(reason, remedyOf(error, remedy));
  return undefined;
}

/**
 * As {@link refusalOf}, for a call to a table or a whole service: if that does not exist, the source is refused.
 */
export function sourceRefusalOf(error: unknown, remedy: string): Unavailable | undefined {
  if (classifyAwsError(error) === 'not-found') return new Unavailable(describeError(error), remedy, 'source');
  return refusalOf(error, remedy);
}

/**
 * Says what would make a refused call work.
 *
 * @param remedy - What to do where the credentials are valid: the permission to grant.
 */
export function remedyOf(error: unknown, remedy: string): string {
  const { name } = errorSummary(error);
  const failure = classifyAwsError(error);
  if (failure === 'no-region') return 'set AWS_REGION, or a region in the profile';
  if (failure === 'unusable-key')
    return 'enable or restore the KMS key of the value, or write the value again with another key';
  if (failure !== 'no-credentials') return remedy;
  const known = detail(error, 'remedy');
  if (name === 'CredentialsError' && typeof known === 'string') return known;
  if (name.startsWith('ExpiredToken')) return 'renew the credentials of the process: they have expired';
  if (name !== 'CredentialsError' && !credentialsProviders.test(name)) return 'correct the credentials of the process';
  return 'give the process credentials: a role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
}

function detail(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? readProperty(error, key) : undefined;
}

/**
 * Gives an error that can be kept as a `cause`. Errors of the SDK hold the request, with credentials in its headers, and the response in
 * a hidden field, which `%o` and `showHidden` print; and a response may hold secrets, which a parser quotes.
 *
 * Never throws.
 *
 * @returns The error itself where it has none of this; else one of its class without.
 */
export function withoutPayload(error: unknown): unknown {
  // Node prints the properties of a function that is a cause.
  if (typeof error === 'function') return unreadable();
  if (typeof error !== 'object' || error === null) return error;
  try {
    return withoutFields(error);
  } catch {
    return unreadable();
  }
}

function unreadable(): Error {
  return new Error('what was thrown cannot be read');
}

function withoutFields(error: object): object {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number; requestId?: string } };
  if ('$responseBodyText' in error || name === 'SyntaxError') {
    const safe = new Error('the answer of the service could not be understood');
    return Object.assign(safe, { name, ...($metadata !== undefined && { $metadata }) });
  }
  // Node cannot print an error, or a cause of one, whose name or message is not a string.
  if (error instanceof Error && ![error.name, error.message].every(isText)) throw new TypeError('not printable');
  return '$response' in error ? withoutResponse(error) : error;
}

function isText(given: unknown): boolean {
  return typeof given === 'string';
}

/** The SDK defines the field so that it can neither be changed nor deleted. */
function withoutResponse(error: object): object {
  const fields: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(error);
  delete fields['$response'];
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error) as object) as object;
  return Object.defineProperties(copy, fields);
}
