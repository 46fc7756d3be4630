import { setTimeout } from 'node:timers/promises';

import { fullBucket, takeToken, type TokenBucket } from '../base/token-bucket';
import { type LocalAwsOutcome } from './call-log';
import {
  requestWithFault,
  faultAnswer,
  FaultPlan,
  type FaultRequest,
  type LocalAwsFault,
  answerWithFault,
} from './faults';
import { type Fields } from './fields';
import { type Answer, answerOf, answerOfError, toServiceError, type WireRequest } from './protocols';
import { type LocalAwsService, type Operations, refuseOtherMembers, services, whereOperationsAre } from './service';
import { serializationError, ServiceError } from './service-error';
import { type Identities } from './sts';

/** Operations of Parameter Store that share a rate limit. */
const limitedReads: readonly string[] = ['GetParameter', 'GetParameters', 'GetParametersByPath'];
const limitedWrites: readonly string[] = [
  ...['PutParameter', 'DeleteParameter', 'DeleteParameters', 'LabelParameterVersion', 'UnlabelParameterVersion'],
  ...['AddTagsToResource', 'RemoveTagsFromResource'],
];

/** An answer and how it counts in the log. */
export interface GatewayAnswer {
  readonly answer: Answer;
  readonly outcome: LocalAwsOutcome;
}

/** What comes before the services: latency, rate limit, faults, and the choice of the operation. */
export class Gateway {
  latencyMs = 0;
  faults = new FaultPlan([]);
  ssmReadLimit: RateLimit | undefined;
  ssmWriteLimit: RateLimit | undefined;

  constructor(
    private readonly services: ReadonlyMap<LocalAwsService, Operations>,
    private readonly identities: Identities,
  ) {}

  /**
   * Answers a request.
   *
   * @param signal - Ends the wait when the client has closed the connection; its request is not performed then.
   */
  async handle(request: WireRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    const { protocol } = request;
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
    const done = await this.answer(request, fault, faultRequest);
    return fault?.dropAnswer === true ? { answer: { kind: 'drop' }, outcome: 'fault' } : done;
  }

  /** Answers as the service does, and as a fault changes it. */
  private async answer(
    request: WireRequest,
    fault: LocalAwsFault | undefined,
    faultRequest: FaultRequest,
  ): Promise<GatewayAnswer> {
    const { operation, protocol } = request;
    try {
      const fields = await this.perform(request, requestWithFault(fault, faultRequest));
      const answer = answerOf(answerWithFault(fault, operation, fields), operation, protocol);
      return { answer, outcome: fault?.endlessToken === true ? 'fault' : 'ok' };
    } catch (error) {
      return { answer: answerOfError(toServiceError(error), protocol), outcome: 'error' };
    }
  }

  private isThrottled({ service, operation }: WireRequest): boolean {
    if (service !== 'ssm') return false;
    if (limitedReads.includes(operation)) return this.ssmReadLimit?.take() === false;
    return limitedWrites.includes(operation) && this.ssmWriteLimit?.take() === false;
  }

  private async perform(request: WireRequest, requested: Fields): Promise<Fields> {
    const { service, operation, fields, accessKeyId } = request;
    const operations = service === 'unknown' ? undefined : this.services.get(service);
    const supported = operations?.get(operation);
    if (supported === undefined) throw unknownOperation(request, operations);
    if (fields === undefined) throw serializationError('The body is not a JSON object.');
    refuseOtherMembers(operation, supported, requested);
    return supported.perform(requested, this.identities.of(accessKeyId));
  }
}

function unknownOperation({ namedService, operation }: WireRequest, operations: Operations | undefined): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    operations === undefined
      ? `${unknownService(namedService, operation)} It answers for ${services.join(', ')}. ${whereOperationsAre}`
      : `The local AWS does not have the operation ${operation} of ${namedService}. It has ` +
          `${[...operations.keys()].join(', ')}. ${whereOperationsAre}`,
  );
}

function unknownService(name: string, operation: string): string {
  const suffix = operation === '' ? '' : ` (${operation})`;
  if (name === '') return `The request does not name its service${suffix}.`;
  return `The local AWS does not answer for ${name}${suffix}.`;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeout(ms, undefined, { signal });
  signal.throwIfAborted();
}

/** Lets so many requests pass a second, a second's worth of them at once; with 0, none. */
export class RateLimit {
  private bucket: TokenBucket;

  /** @param clock - Current time, milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly clock: () => number,
  ) {
    this.bucket = fullBucket(perSecond, clock());
  }

  /** Lets a request pass; false when there are too many. */
  take(): boolean {
    const { bucket, waitMs } = takeToken(this.bucket, this.perSecond, this.clock());
    this.bucket = bucket;
    return waitMs === 0;
  }
}
