import { errorFacts } from '../base/describe-error';

/** What a failed call means to a lookup. */
export type AwsFailure = 'not-permitted' | 'not-found' | 'throttled' | 'failed';

const notPermitted = /^(AccessDenied|UnrecognizedClient|ExpiredToken|InvalidSignature|CredentialsProviderError$)/;
const throttled = /^(Throttling|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|RequestThrottled)/;
const regionMissing = 'Region is missing';

/**
 * Sorts what a call to AWS threw.
 *
 * Goes by the error's name: the SDK throws several of these as the service's base exception.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export function classifyAwsError(error: unknown): AwsFailure {
  const { name, message } = errorFacts(error);
  if (notPermitted.test(name) || message === regionMissing) return 'not-permitted';
  if (name === 'ResourceNotFoundException' || isDeletedSecret(name, message)) return 'not-found';
  return throttled.test(name) ? 'throttled' : 'failed';
}

/**
 * Says what would make a refused call work.
 *
 * @param remedy - What helps where the credentials are good: a permission to grant.
 */
export function remedyOf(error: unknown, remedy: string): string {
  const { name, message } = errorFacts(error);
  if (message === regionMissing) return 'set AWS_REGION, or give AwsClients a region';
  if (name === 'CredentialsProviderError') {
    return 'give the process credentials: a role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  }
  if (name.startsWith('ExpiredToken')) return 'renew the credentials of the process: their time is over';
  return /^(UnrecognizedClient|InvalidSignature)/.test(name) ? 'correct the credentials of the process' : remedy;
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

/** A secret in its recovery window can still be listed for some minutes; reading it fails so. */
function isDeletedSecret(name: string, message: string): boolean {
  return name === 'InvalidRequestException' && message.includes('marked for deletion');
}
