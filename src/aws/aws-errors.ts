import { describeError, errorFacts, readProperty } from '../base/describe-error';
import { Unavailable } from '../item/directory-listing';

/**
 * What a failed call means to a lookup.
 *
 * - `no-region`, `no-credentials`: nothing can be asked with these clients before the process is given them.
 * - `not-permitted`: the credentials are good and may not do this.
 * - `unusable-key`: the KMS key of a value is disabled, deleted or denied.
 * - `not-found`: there is no such table, secret or version.
 * - `bad-request`: the service refuses the request as it is, such as a batch with an invalid name in it.
 * - `throttled`, `failed`: it may work later.
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

/** By which services and STS say that they do not accept the credentials a call was signed with. */
const credentialsRefused =
  /^(UnrecognizedClient|ExpiredToken|InvalidSignature|InvalidClientTokenId|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature|InvalidIdentityToken|IDPRejectedClaim)/;
const notPermitted = /^AccessDenied/;
/** By which SSM and KMS say that a key cannot be used; an outage of KMS is not among them. */
const unusableKey =
  /^(InvalidKeyId$|InvalidKeyUsage|KMS(?!Internal|Throttling)|Disabled|KeyUnavailable|InvalidCiphertext|IncorrectKey|NotFoundException$)/;
const badRequest = /^(ValidationException|InvalidParameter|InvalidRequest)/;
/** Failures of the service and of the way to it, whatever status they come with. */
const serverFault = /^(Internal|ServiceUnavailable|RequestTimeout|Timeout|AbortError)/;
const throttled = /^(Throttling|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|RequestThrottled)/;
const regionMissing = 'Region is missing';

/**
 * Sorts what a call to AWS threw.
 *
 * Goes by the error's name: the SDK throws several of these as the service's base exception.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export function classifyAwsError(error: unknown): AwsFailure {
  const { name, message, status } = errorFacts(error);
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

/** Whether a status says that something is wrong with the request, so that the same one would fail again. */
function isClientFault(status = 0): boolean {
  return status >= 400 && !isOutageStatus(status);
}

/** Errors of the credential providers of the SDK. */
const credentialsProviders = /^(Credentials|Token)?ProviderError$/;
/** Ends a chain of providers none of which has credentials; the error does not say why each of them failed. */
const chainExhausted = 'Could not load credentials from any providers';
/** By which SSO and the sign-in service refuse a session, in the texts that the SDK makes of their errors. */
const loginRefused =
  /^(Unauthorized|Forbidden|AccessDenied|ResourceNotFound|InvalidRequest|InvalidGrant|InvalidClient|ExpiredToken)/;

/** Whether the default chain of the SDK has found no credentials, for a reason that the error does not say. */
export function isChainExhausted(error: unknown): boolean {
  const { name, message } = errorFacts(error);
  return credentialsProviders.test(name) && message === chainExhausted;
}

/**
 * Whether a source of credentials failed, as far as what it threw shows.
 *
 * The SDK gives most of it as text only: `Server responded with status: 500`, `TooManyRequestsException: ...`.
 *
 * @param error - Thrown by a provider of credentials.
 */
export function isCredentialsOutage(error: unknown): boolean {
  const { name, message } = errorFacts(error);
  if (credentialsProviders.test(name)) {
    const status = detail(error, 'statusCode') ?? /responded with status: (\d+)/.exec(message)?.[1];
    if (status !== undefined) return isOutageStatus(Number(status));
    const inner = /^(?:Failed to refresh token: )?([A-Za-z]\w*): /.exec(message)?.[1];
    if (inner !== undefined) return !loginRefused.test(inner);
    return name === 'ProviderError' || unusableAnswer.test(message);
  }
  // A file with a token that is not there, or may not be read.
  if (['ENOENT', 'EACCES'].includes(`${String(detail(error, 'code'))}`)) return false;
  return !credentialsRefused.test(name) && !notPermitted.test(name);
}

/** Answers in which no credentials could be found. */
const unusableAnswer =
  /invalid temporary credential|Invalid response received|not of the required format|missing required/;

/** Whether a source of credentials fails by an HTTP status. Refusals and "there are none" are the other 4xx. */
export function isOutageStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408 || status < 400;
}

/**
 * Gives the refusal that an error is; `undefined` when it is none, but a failure, or says that something is not there.
 *
 * @param remedy - What helps where the credentials are good: a permission to grant.
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
 * As {@link refusalOf}, for a call to a table or a service as a whole: that it does not exist is a refusal of the source.
 */
export function sourceRefusalOf(error: unknown, remedy: string): Unavailable | undefined {
  if (classifyAwsError(error) === 'not-found') return new Unavailable(describeError(error), remedy, 'source');
  return refusalOf(error, remedy);
}

/**
 * Says what would make a refused call work.
 *
 * @param remedy - What helps where the credentials are good: a permission to grant.
 */
export function remedyOf(error: unknown, remedy: string): string {
  const { name } = errorFacts(error);
  const failure = classifyAwsError(error);
  if (failure === 'no-region') return 'set AWS_REGION, or give AwsClients a region';
  if (failure === 'unusable-key')
    return 'enable or restore the KMS key of the value, or write the value anew with another key';
  if (failure !== 'no-credentials') return remedy;
  if (name.startsWith('ExpiredToken')) return 'renew the credentials of the process: their time is over';
  if (name !== 'CredentialsError' && !credentialsProviders.test(name)) return 'correct the credentials of the process';
  return 'give the process credentials: a role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
}

function detail(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? readProperty(error, key) : undefined;
}

/**
 * Gives an error that can be kept as a `cause`. What the SDK throws has the request, credentials in its headers, and the answer
 * in a hidden field, which `%o` and `showHidden` print; and what a service answered may hold secrets, which a parser quotes.
 *
 * Never throws.
 *
 * @returns The error itself where it has none of this; else one of its class without.
 */
export function withoutPayload(error: unknown): unknown {
  // Node looks into a function when it prints an error that it has caused.
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
  // Node cannot print an error, nor one that it causes, whose name or message is no text.
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
