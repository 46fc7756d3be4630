import { classifyAwsError, remedyOf, withoutPayload } from '../aws/aws-errors';
import { callAws } from '../aws/call-aws';
import { rateOf } from '../aws/requests/action-rates';
import { knownFailureOf } from '../aws/requests/known-failures';
import { grantOf, type ServiceAction, type ServiceRequest } from '../aws/requests/service-request';
import { resendPause } from '../aws/table-client';
import { describeError, errorSummary } from '../base/describe-error';
import { fullBucket, takeToken, type TokenBucket } from '../base/token-bucket';
import { WriteError, type WriteFailure } from './write-error';
import { type CallOptions, type WriteSession } from './writer';

/** Most times that a call is repeated; the pauses between are 5 seconds in all, at most. */
const mostRetries = 8;

/** What a call of a writer is about, and what ends it. */
export interface WriteSubject extends CallOptions {
  /** Full name of the entry, for messages. */
  readonly entry: string;
}

/** Makes the calls of a writer: paced, repeated when they are throttled, with errors that say what to do. */
export class WriteCalls {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly provider: string,
    private readonly session: WriteSession,
  ) {}

  /** Makes a call; one that changes something keeps to the rate of its action. @throws WriteError, or the reason of the signal. */
  async send<T>(request: ServiceRequest<T>, { entry, signal }: WriteSubject): Promise<T> {
    for (let retry = 0; ; retry += 1) {
      if (request.changes) await this.pace(request.action, signal);
      signal?.throwIfAborted();
      try {
        return await callAws(request.client, () => request.send(signal === undefined ? {} : { abortSignal: signal }));
      } catch (error) {
        signal?.throwIfAborted();
        if (retry === mostRetries || !isTransient(request, error)) throw this.errorOf(error, entry, request);
        await this.session.sleep(resendPause(retry, this.session.random()), signal);
      }
    }
  }

  /** Makes the error of a refusal that no call has shown. */
  refuse(entry: string, reason: WriteFailure, problem: string): WriteError {
    return new WriteError(this.provider, entry, reason, problem);
  }

  /** Makes the error for an entry that is not as it was read. */
  changed(entry: string): WriteError {
    return this.refuse(entry, 'changed', 'it has changed since it was read; look at it, then try again');
  }

  /** Makes the error for a version that an entry does not have. */
  noVersion(entry: string, version: string): WriteError {
    return this.refuse(entry, 'not-found', `there is no version ${version}; its history lists those that are kept`);
  }

  private async pace(action: string, signal: AbortSignal | undefined): Promise<void> {
    const perSecond = rateOf(action, this.session.settings);
    for (;;) {
      const nowMs = this.session.nowMs();
      const { bucket, waitMs } = takeToken(this.buckets.get(action) ?? fullBucket(perSecond, nowMs), perSecond, nowMs);
      this.buckets.set(action, bucket);
      if (waitMs === 0) return;
      await this.session.sleep(waitMs, signal);
    }
  }

  private errorOf(thrown: unknown, entry: string, request: ServiceRequest<unknown>): WriteError {
    const error = mayQuote(thrown, request.sent) ? unquoted(thrown) : withoutPayload(thrown);
    const { reason, problem } = describeFailure(error, request);
    return new WriteError(this.provider, entry, reason, problem, { cause: error });
  }
}

function isTransient({ action }: ServiceAction, error: unknown): boolean {
  return classifyAwsError(error) === 'throttled' || knownFailureOf(action, error)?.reason === 'busy';
}

function describeFailure(
  error: unknown,
  request: ServiceAction,
): { readonly reason: WriteFailure; readonly problem: string } {
  const known = knownFailureOf(request.action, error);
  if (known !== undefined) return { reason: known.reason, problem: `${known.problem}; ${known.remedy}` };
  const { message } = errorSummary(error);
  const failure = classifyAwsError(error);
  const what = describeError(error);
  switch (failure) {
    case 'no-region':
    case 'no-credentials':
    case 'not-permitted':
      return { reason: 'not-permitted', problem: `${what}; ${remedyOf(error, grantOf(request))}` };
    case 'unusable-key':
      return { reason: 'unusable-key', problem: `${what}; enable the KMS key, or give another one` };
    case 'throttled':
      return { reason: 'throttled', problem: `${what}, after ${mostRetries} retries; try again later` };
    case 'bad-request':
      return { reason: /exceed|quota|limit/i.test(message) ? 'quota' : 'invalid', problem: what };
    case 'not-found':
      return { reason: 'not-found', problem: what };
    case 'failed':
      return { reason: 'failed', problem: `${what}; it may have been done: read it, then try again` };
  }
}

/**
 * Whether the SDK sent a call more than once, so that the first attempt may have succeeded without an answer.
 *
 * @param error - As thrown by {@link WriteCalls.send}.
 */
export function wasRepeated(error: WriteError): boolean {
  const { $metadata } = (error.cause ?? {}) as { readonly $metadata?: { readonly attempts?: number } };
  return ($metadata?.attempts ?? 1) > 1;
}

/** Gives what a call gives; `undefined` when what it is about does not exist. */
export async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof WriteError && error.reason === 'not-found') return undefined;
    throw error;
  }
}

/** Whether the message of an error has the value that was sent, or quotes some member of the request. */
function mayQuote(error: unknown, sent: unknown): boolean {
  if (sent === undefined) return false;
  const { message } = errorSummary(error);
  return /[Vv]alue '/.test(message) || (typeof sent === 'string' && sent !== '' && message.includes(sent));
}

/** Gives an error of the same name and status whose message quotes nothing. */
function unquoted(error: unknown): Error {
  const { name, status } = errorSummary(error);
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(new Error('the service refuses the request'), { name, $metadata });
}

/** Gives a value that a source takes as text. @throws WriteError for any other. */
export function requireText(calls: WriteCalls, entry: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw calls.refuse(entry, 'invalid', `expected a text, got ${value === null ? 'null' : `a ${typeof value}`}`);
}
