import { classifyAwsError, remedyOf, withoutPayload } from '../aws/aws-errors';
import { type KnownFailure, knownFailureOf } from '../aws/requests/known-failures';
import { grantOf, type ServiceAction, type ServiceRequest } from '../aws/requests/service-request';
import { describeError, errorSummary } from '../base/describe-error';
import { fullBucket, takeToken, type TokenBucket } from '../base/token-bucket';
import { ConfigError } from '../errors';
import { type EntryContext } from './entry-kind';

/** Why a call failed: what decides whether it is repeated, and what is to be done. */
export type CallFailure = ReturnType<typeof classifyAwsError>;

/** A call to a service failed, after its repetitions. Names the action and the resource, never a value. */
export class CallError extends ConfigError {
  override readonly name = 'CallError';
  readonly code = 'CALL_FAILED';
  /** Action and resource, as IAM names them. */
  readonly action: string;
  /** ARN, or a pattern of ARNs, that the call was about. */
  readonly resource: string;
  /** What kind of failure it was. */
  readonly failure: CallFailure;
  /** What the error means where the service has given it a name of its own, such as `exists`; `undefined`: what `failure` says. */
  readonly reason: KnownFailure['reason'] | undefined;

  /** @param error - What the last attempt threw. */
  constructor(call: ServiceAction, error: unknown) {
    const failure = classifyAwsError(error);
    const known = knownFailureOf(call.action, error);
    const [problem, remedy] = known === undefined ? usualText(call, failure, error) : textOf(known, error);
    super(`${call.action} on ${call.resource} failed: ${problem}; ${remedy}.`, { cause: withoutPayload(error) });
    this.action = call.action;
    this.resource = call.resource;
    this.failure = failure;
    this.reason = known?.reason;
  }
}

function textOf({ problem, remedy }: KnownFailure, error: unknown): readonly [problem: string, remedy: string] {
  return [`${errorSummary(error).name}: ${problem}`, remedy];
}

/** Messages of validation errors may quote values; those of refusals and outages do not. */
function usualText(
  call: ServiceAction,
  failure: CallFailure,
  error: unknown,
): readonly [problem: string, remedy: string] {
  const what = describeError(error);
  if (failure === 'throttled')
    return [what, 'the quota of the action is used up: try again later, or ask for a higher one'];
  if (failure === 'failed') return [what, 'try again'];
  if (failure === 'bad-request')
    return [error instanceof Error ? error.name : 'the request is refused', 'correct the entry'];
  if (failure === 'not-found') return [what, 'create what the name or the table says, or correct it'];
  return [what, remedyOf(error, grantOf(call))];
}

/** Slowest that throttling makes an action, of its rate. */
const slowestShare = 0.1;
const mostAttempts = { throttled: 8, failed: 4 } as const;
const firstPauseMs = 200;
const longestPauseMs = 10_000;

/** Time and chance, as the calls use them. */
export interface CallTiming {
  /** Gives the current time, **milliseconds**. */
  readonly nowMs: () => number;
  /** Waits, **milliseconds**, until a signal is aborted at most. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
}

/** A call has to wait for the rate of its action. */
export interface CallWait {
  /** As IAM names it: `ssm:PutParameter`. */
  readonly action: string;
  /** Calls a second of the action now. */
  readonly rate: number;
  /** Calls of all actions that the run has made so far. */
  readonly calls: number;
}

/** What is done beside calls. */
export interface CallHooks {
  /** Called before each attempt; where it rejects, the call is not made. */
  readonly beforeCall?: () => Promise<void>;
  /** Called when a call has to wait for the rate of its action. */
  readonly onWait?: ((wait: CallWait) => void) | undefined;
}

/** The calls that an action may make now. */
interface Pace {
  /** Calls a second now; throttling lowers it, and success raises it again. */
  rate: number;
  readonly fullRate: number;
  /** `undefined`: none has been made. */
  bucket: TokenBucket | undefined;
}

/** Makes the calls of a run: each within the rate of its action, repeated by the class of its error, none after its end. */
export class ServiceCalls {
  private readonly paces = new Map<string, Pace>();
  private made = 0;

  constructor(
    private readonly timing: CallTiming,
    private readonly signal: AbortSignal,
    private readonly rateOf: (action: string) => number,
    private readonly hooks: CallHooks = {},
  ) {}

  /** How many calls have been made, repetitions included. */
  get count(): number {
    return this.made;
  }

  /**
   * Makes a call.
   *
   * @throws CallError; the reason of the signal when the run has been ended.
   */
  async call<T>(action: ServiceAction, request: () => Promise<T>): Promise<T> {
    const pace = this.paceOf(action.action);
    for (let attempt = 1; ; attempt += 1) {
      await this.turn(action.action, pace);
      await this.hooks.beforeCall?.();
      this.made += 1;
      try {
        const answer = await request();
        pace.rate = Math.min(pace.fullRate, pace.rate * 1.1);
        return answer;
      } catch (error) {
        this.signal.throwIfAborted();
        const failure = classifyAwsError(error);
        if (attempt >= attemptsOf(action, failure, error)) throw new CallError(action, error);
        if (failure === 'throttled') pace.rate = Math.max(pace.fullRate * slowestShare, pace.rate / 2);
        const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + this.timing.random() / 2);
        await this.timing.sleep(pauseMs, this.signal);
      }
    }
  }

  /** Gives for how long calls of an action would have to wait, **milliseconds** each. */
  pauseOf(action: string): number {
    return 1000 / this.paceOf(action).rate;
  }

  /** Waits for the turn of a call. A burst of one second's calls is made at once. */
  private async turn(action: string, pace: Pace): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      this.signal.throwIfAborted();
      const nowMs = this.timing.nowMs();
      const { bucket, waitMs } = takeToken(pace.bucket ?? fullBucket(pace.rate, nowMs), pace.rate, nowMs);
      pace.bucket = bucket;
      if (waitMs === 0) return;
      if (isFirst) this.hooks.onWait?.({ action, rate: pace.rate, calls: this.made });
      await this.timing.sleep(waitMs, this.signal);
    }
  }

  private paceOf(action: string): Pace {
    const known = this.paces.get(action);
    if (known !== undefined) return known;
    const rate = this.rateOf(action);
    const pace = { rate, fullRate: rate, bucket: undefined };
    this.paces.set(action, pace);
    return pace;
  }
}

/** Another writer may have the parameter or the secret for a moment. */
function attemptsOf({ action }: ServiceAction, failure: CallFailure, error: unknown): number {
  if (failure === 'throttled' || knownFailureOf(action, error)?.reason === 'busy') return mostAttempts.throttled;
  return failure === 'failed' ? mostAttempts.failed : 1;
}

/** Sends a request of the services that the library knows. @throws CallError; the reason of the signal when the run has been ended. */
export function sendRequest<T>(context: Pick<EntryContext, 'call'>, request: ServiceRequest<T>): Promise<T> {
  const { action, also, resource } = request;
  return context.call({ action, resource, ...(also !== undefined && { also }) }, () => request.send());
}
