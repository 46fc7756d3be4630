import { classifyAwsError, remedyOf, withoutPayload } from '../aws/aws-errors';
import { callAws } from '../aws/call-aws';
import { resendPause } from '../aws/table-client';
import { describeError, errorSummary } from '../base/describe-error';
import { fullBucket, takeToken, type TokenBucket } from '../base/token-bucket';
import { WriteError, type WriteFailure } from './write-error';
import { type CallOptions, type WriteSession } from './writer';

/** Most times that a call is repeated; the pauses between are 5 seconds in all, at most. */
const mostRetries = 8;

/** What one error of a service means, by its name, and what to do. */
export type KnownFailures = Readonly<Record<string, readonly [WriteFailure, string]>>;

/** One call of a writer. */
export interface WriteCall extends CallOptions {
  /** Its region is resolved first. */
  readonly client: { readonly config: { readonly region: () => Promise<string> } };
  /** Full name of the entry, for messages. */
  readonly entry: string;
  /** Permission that the call needs, for messages: `allow ssm:PutParameter on ...`. */
  readonly remedy: string;
  /** Whether it changes something, so that it keeps to the rate. Default: false. */
  readonly changes?: boolean;
  /** The value that it sends: an error of the service that may repeat it is named, not quoted. */
  readonly sent?: unknown;
}

/** Makes the calls of a writer: paced, repeated when they are throttled, with errors that say what to do. */
export class WriteCalls {
  private bucket: TokenBucket | undefined;

  /**
   * @param options - `failures`: what the errors of the service mean, by name; `perSecond`: calls a second that change something;
   * absent: no limit.
   */
  constructor(
    private readonly provider: string,
    private readonly session: WriteSession,
    private readonly options: { readonly failures: KnownFailures; readonly perSecond?: number | undefined },
  ) {}

  /** Makes a call. @throws WriteError, or the reason of the signal. */
  async send<T>(call: WriteCall, send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
    const { client, signal } = call;
    for (let retry = 0; ; retry += 1) {
      if (call.changes === true) await this.pace(signal);
      signal?.throwIfAborted();
      try {
        return await callAws(client, () => send(signal === undefined ? {} : { abortSignal: signal }));
      } catch (error) {
        signal?.throwIfAborted();
        if (retry === mostRetries || !this.isTransient(error)) throw this.errorOf(error, call);
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

  private async pace(signal: AbortSignal | undefined): Promise<void> {
    const { perSecond } = this.options;
    if (perSecond === undefined) return;
    for (;;) {
      const nowMs = this.session.nowMs();
      const { bucket, waitMs } = takeToken(this.bucket ?? fullBucket(perSecond, nowMs), perSecond, nowMs);
      this.bucket = bucket;
      if (waitMs === 0) return;
      await this.session.sleep(waitMs, signal);
    }
  }

  private isTransient(error: unknown): boolean {
    return classifyAwsError(error) === 'throttled' || this.options.failures[errorSummary(error).name]?.[0] === 'busy';
  }

  private errorOf(thrown: unknown, { entry, remedy, sent }: WriteCall): WriteError {
    const error = mayQuote(thrown, sent) ? unquoted(thrown) : withoutPayload(thrown);
    const { reason, problem } = this.describe(error, remedy);
    return new WriteError(this.provider, entry, reason, problem, { cause: error });
  }

  private describe(error: unknown, remedy: string): { readonly reason: WriteFailure; readonly problem: string } {
    const { name, message } = errorSummary(error);
    const known = Object.hasOwn(this.options.failures, name) ? this.options.failures[name] : undefined;
    if (known !== undefined) return { reason: known[0], problem: known[1] };
    const failure = classifyAwsError(error);
    const what = describeError(error);
    switch (failure) {
      case 'no-region':
      case 'no-credentials':
      case 'not-permitted':
        return { reason: 'not-permitted', problem: `${what}; ${remedyOf(error, remedy)}` };
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
