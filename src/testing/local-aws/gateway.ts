import { setTimeout } from 'node:timers/promises';

import { type LocalAwsOutcome } from './call-log';
import { askAsFaultSays, faultAnswer, FaultPlan, tellAsFaultSays } from './faults';
import { type Fields } from './fields';
import { type Answer, answerOf, answerOfError, toServiceError, type WireRequest } from './protocols';
import { type LocalAwsService, type Operations, refuseOtherMembers, services, whereOperationsAre } from './service';
import { serializationError, ServiceError } from './service-error';
import { type Identities } from './sts';

/** Operations of Parameter Store that share one rate limit. */
const limitedOperations: readonly string[] = ['GetParameter', 'GetParameters', 'GetParametersByPath'];

/** An answer and how it counts in the log. */
export interface GatewayAnswer {
  readonly answer: Answer;
  readonly outcome: LocalAwsOutcome;
}

/** What stands before the services: latency, rate limit, faults, and the choice of the operation. */
export class Gateway {
  latencyMs = 0;
  faults = new FaultPlan([]);
  ssmLimit: TokenBucket | undefined;

  constructor(
    private readonly services: ReadonlyMap<LocalAwsService, Operations>,
    private readonly identities: Identities,
  ) {}

  /**
   * Answers a request.
   *
   * @param signal - Ends waiting when the client goes away; nothing is done for it then.
   */
  async handle(request: WireRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    const { operation, protocol } = request;
    await pause(this.latencyMs, signal);
    if (this.isThrottled(request)) {
      const error = new ServiceError('ThrottlingException', 'Rate exceeded');
      return { answer: answerOfError(error, protocol), outcome: 'throttled' };
    }
    const faultRequest = { ...request, fields: request.fields ?? {} };
    const fault = this.faults.take(faultRequest);
    await pause(fault?.delayMs ?? 0, signal);
    const planned = fault === undefined ? undefined : faultAnswer(fault, faultRequest, protocol);
    if (planned !== undefined) return { answer: planned, outcome: 'fault' };
    try {
      const fields = await this.perform(request, askAsFaultSays(fault, faultRequest));
      const answer = answerOf(tellAsFaultSays(fault, operation, fields), operation, protocol);
      return { answer, outcome: fault?.endlessToken === true ? 'fault' : 'ok' };
    } catch (error) {
      return { answer: answerOfError(toServiceError(error), protocol), outcome: 'error' };
    }
  }

  private isThrottled({ service, operation }: WireRequest): boolean {
    return service === 'ssm' && limitedOperations.includes(operation) && this.ssmLimit?.take() === false;
  }

  private async perform(request: WireRequest, asked: Fields): Promise<Fields> {
    const { service, operation, fields, accessKeyId } = request;
    const operations = service === 'unknown' ? undefined : this.services.get(service);
    const spoken = operations?.get(operation);
    if (spoken === undefined) throw unknownOperation(request, operations);
    if (fields === undefined) throw serializationError('The body is not a JSON object.');
    refuseOtherMembers(operation, spoken, asked);
    return spoken.perform(asked, this.identities.of(accessKeyId));
  }
}

function unknownOperation({ askedService, operation }: WireRequest, operations: Operations | undefined): ServiceError {
  const asked = operation === '' ? 'a request that names no operation' : `the operation ${operation}`;
  const of = askedService === '' ? '' : ` of ${askedService}`;
  const known =
    operations === undefined
      ? `It answers for ${services.join(', ')}`
      : `Of ${askedService} it has ${[...operations.keys()].join(', ')}`;
  const message = `The local AWS does not know ${asked}${of}. ${known}. ${whereOperationsAre}`;
  return new ServiceError('UnknownOperationException', message);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeout(ms, undefined, { signal });
  signal.throwIfAborted();
}

/** Lets so many requests pass a second, a second's worth of them at once; with 0, none. */
export class TokenBucket {
  private readonly capacity: number;
  private tokens: number;
  private filledAtMs: number;

  /** @param clock - Current time, milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly clock: () => number,
  ) {
    this.capacity = perSecond === 0 ? 0 : Math.max(1, perSecond);
    this.tokens = this.capacity;
    this.filledAtMs = clock();
  }

  /** Takes a token; false when there is none. */
  take(): boolean {
    const nowMs = this.clock();
    const gained = (Math.max(0, nowMs - this.filledAtMs) / 1000) * this.perSecond;
    this.tokens = Math.min(this.capacity, this.tokens + gained);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
