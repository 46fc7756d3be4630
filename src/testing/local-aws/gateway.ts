import { setTimeout } from 'node:timers/promises';

import { type Answer, answerOf, answerOfError, toServiceError } from './answer';
import { type LocalAwsOutcome } from './call-log';
import { askAsFaultSays, faultAnswer, tellAsFaultSays } from './fault-answer';
import { FaultPlan, type FaultRequest } from './fault-plan';
import { type Fields, isFields } from './fields';
import { type LocalAwsService, type Operations } from './service';
import { serializationError, ServiceError } from './service-error';
import { type TokenBucket } from './token-bucket';

/** Operations of Parameter Store that share one rate limit. */
const limitedOperations: readonly string[] = ['GetParameter', 'GetParameters', 'GetParametersByPath'];

/** A request as the gateway wants it. */
export interface GatewayRequest {
  readonly service: LocalAwsService | 'unknown';
  readonly operation: string;
  readonly text: string;
  /** `undefined` when the text is no JSON object. */
  readonly fields: Fields | undefined;
}

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

  constructor(private readonly services: ReadonlyMap<LocalAwsService, Operations>) {}

  /**
   * Answers a request.
   *
   * @param signal - Ends waiting when the client goes away; nothing is done for it then.
   */
  async handle(request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    const type = request.service === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
    await pause(this.latencyMs, signal);
    if (this.isThrottled(request)) {
      const error = new ServiceError('ThrottlingException', 'Rate exceeded');
      return { answer: answerOfError(error, type), outcome: 'throttled' };
    }
    const faultRequest: FaultRequest = { ...request, fields: request.fields ?? {} };
    const fault = this.faults.take(faultRequest);
    await pause(fault?.delayMs ?? 0, signal);
    const planned = fault === undefined ? undefined : faultAnswer(fault, faultRequest, type);
    if (planned !== undefined) return { answer: planned, outcome: 'fault' };
    try {
      const fields = await this.perform(request, askAsFaultSays(fault, faultRequest));
      const answer = answerOf(tellAsFaultSays(fault, request.operation, fields), type);
      return { answer, outcome: fault?.endlessToken === true ? 'fault' : 'ok' };
    } catch (error) {
      return { answer: answerOfError(toServiceError(error), type), outcome: 'error' };
    }
  }

  private isThrottled({ service, operation }: GatewayRequest): boolean {
    return service === 'ssm' && limitedOperations.includes(operation) && this.ssmLimit?.take() === false;
  }

  private async perform({ service, operation, fields }: GatewayRequest, asked: Fields): Promise<Fields> {
    const perform = service === 'unknown' ? undefined : this.services.get(service)?.get(operation);
    if (perform === undefined) {
      throw new ServiceError('UnknownOperationException', `The local AWS does not know the operation ${operation}.`);
    }
    if (fields === undefined) throw serializationError('The body is not a JSON object.');
    return perform(asked);
  }
}

/** Reads the body of a request: nothing stands for `{}`, `undefined` for what is no JSON object. */
export function parseBody(text: string): Fields | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeout(ms, undefined, { signal });
  signal.throwIfAborted();
}
