import { longestTimerMs } from '../base/time';
import { type Fields, isFields, textListField } from './fields';
import { LocalAwsError } from './local-aws-error';
import { pageOperations } from './paging';
import { type Answer, answerOf, answerOfError, type Protocol } from './protocols';
import { type LocalAwsService, services } from './service';
import { ServiceError } from './service-error';

/**
 * A fault of the requests that it matches.
 *
 * The first fault that matches, applies to the operation and has not happened `times` times is used. It has one of:
 * an error (`type`, `status`, `message`), `dropConn`, `dropAnswer`, `hang`, `raw`, `unprocessed`, `batchErrors`, `endlessToken`,
 * `emptyPageFirst`; `delayMs` may be combined with each, or be used alone.
 */
export interface LocalAwsFault {
  /** Unanchored regular expression on the operation: `GetSecretValue` also hits `BatchGetSecretValue`. */
  readonly target: string;
  /** Unanchored regular expression on the text of the request body. Absent: any body. */
  readonly body?: string;
  /** Only requests to this service. */
  readonly service?: LocalAwsService;
  /** How many requests it hits. Absent: all. */
  readonly times?: number;
  /** AWS name of the error. Default by `status`: `ServiceUnavailable` for 503, `InternalFailure` for others of 5xx, else `ValidationException`. */
  readonly type?: string;
  /** HTTP status of the error. Default 400. */
  readonly status?: number;
  /** Message of the error, or of each error of `batchErrors`. */
  readonly message?: string;
  /** Closes the connection without an answer. */
  readonly dropConn?: boolean;
  /** Performs the request, then closes the connection without an answer. */
  readonly dropAnswer?: boolean;
  /** Does not answer until the client aborts or the local AWS is closed. */
  readonly hang?: boolean;
  /** Delays the request, **milliseconds**. */
  readonly delayMs?: number;
  /** Answers with this text instead of the answer of the service: truncated JSON, HTML. `status` default 200. */
  readonly raw?: { readonly status?: number; readonly body: string; readonly contentType?: string };
  /** `BatchWriteItem` and `BatchGetItem` do nothing and give everything back as unprocessed. */
  readonly unprocessed?: boolean;
  /** `BatchGetSecretValue` gives every id back in `Errors` with this code. */
  readonly batchErrors?: string;
  /** Operations that answer in pages give the first page for ever, always with a token. */
  readonly endlessToken?: boolean;
  /** Operations that answer in pages give an empty page with a token first; hits requests without a token only. */
  readonly emptyPageFirst?: boolean;
}

/** What a fault can match. */
export interface FaultRequest {
  readonly service: LocalAwsService | 'unknown';
  readonly operation: string;
  /** Body as it came. */
  readonly text: string;
  /** Body as parsed; empty when it is no JSON object. */
  readonly fields: Fields;
}

interface PlannedFault {
  readonly fault: LocalAwsFault;
  readonly target: RegExp;
  readonly body: RegExp;
  left: number;
}

/** Faults in their order, and how often each may still happen. */
export class FaultPlan {
  private readonly planned: readonly PlannedFault[];

  /** @throws LocalAwsError for a malformed fault. */
  constructor(faults: readonly LocalAwsFault[]) {
    this.planned = faults.map((each, index) => {
      const fault = checkFault(each, `faults[${index}]`);
      return {
        fault,
        target: compile(fault.target, `faults[${index}].target`),
        body: compile(fault.body, `faults[${index}].body`),
        left: fault.times ?? Infinity,
      };
    });
  }

  /** Gives the fault that hits a request, and counts it. */
  take(request: FaultRequest): LocalAwsFault | undefined {
    const hit = this.planned.find((each) => each.left >= 1 && matches(each, request) && applies(each.fault, request));
    if (hit !== undefined) hit.left -= 1;
    return hit?.fault;
  }
}

function matches({ fault, target, body }: PlannedFault, request: FaultRequest): boolean {
  if (fault.service !== undefined && fault.service !== request.service) return false;
  return target.test(request.operation) && body.test(request.text);
}

/** A fault that only some operations can have leaves the others to the faults after it. */
function applies(fault: LocalAwsFault, { operation, fields }: FaultRequest): boolean {
  const page = pageOperations.get(operation);
  if (fault.unprocessed === true) return operation === 'BatchWriteItem' || operation === 'BatchGetItem';
  if (fault.batchErrors !== undefined) return operation === 'BatchGetSecretValue';
  if (fault.endlessToken === true) return page !== undefined;
  if (fault.emptyPageFirst === true) return page !== undefined && (fields[page.request] ?? undefined) === undefined;
  return true;
}

/**
 * Gives the answer of a fault.
 *
 * @returns `undefined` when the fault leaves the answer to the service.
 */
export function faultAnswer(fault: LocalAwsFault, request: FaultRequest, protocol: Protocol): Answer | undefined {
  const { raw, status = 400 } = fault;
  if (fault.dropConn === true) return { kind: 'drop' };
  if (fault.hang === true) return { kind: 'hang' };
  if (raw !== undefined) {
    return { kind: 'body', status: raw.status ?? 200, body: raw.body, type: raw.contentType ?? protocol.type };
  }
  if (isErrorFault(fault)) {
    const name = fault.type ?? errorNameOf(status);
    return answerOfError(new ServiceError(name, fault.message ?? `${name} (planned fault)`, status), protocol);
  }
  const fields = faultFields(fault, request);
  return fields === undefined ? undefined : answerOf(fields, request.operation, protocol);
}

/** Makes a request start at the first page, with `endlessToken`. */
export function requestWithFault(fault: LocalAwsFault | undefined, { operation, fields }: FaultRequest): Fields {
  const page = fault?.endlessToken === true ? pageOperations.get(operation) : undefined;
  return page === undefined ? fields : { ...fields, [page.request]: undefined };
}

/** Adds a page token to an answer, with `endlessToken`. */
export function answerWithFault(fault: LocalAwsFault | undefined, operation: string, answer: Fields): Fields {
  const page = fault?.endlessToken === true ? pageOperations.get(operation) : undefined;
  return page === undefined ? answer : { ...answer, [page.response]: page.firstPage };
}

function faultFields(fault: LocalAwsFault, { operation, fields }: FaultRequest): Fields | undefined {
  const page = pageOperations.get(operation);
  if (fault.emptyPageFirst === true && page !== undefined) return { ...page.empty, [page.response]: page.firstPage };
  if (fault.unprocessed === true) {
    return operation === 'BatchWriteItem'
      ? { UnprocessedItems: fields['RequestItems'] }
      : { Responses: {}, UnprocessedKeys: fields['RequestItems'] };
  }
  if (fault.batchErrors === undefined) return undefined;
  const ids = textListField(fields, 'SecretIdList') ?? [];
  const message = fault.message ?? `${fault.batchErrors} (planned fault)`;
  return {
    SecretValues: [],
    Errors: ids.map((id) => ({ SecretId: id, ErrorCode: fault.batchErrors, Message: message })),
  };
}

function errorNameOf(status: number): string {
  if (status === 503) return 'ServiceUnavailable';
  return status >= 500 ? 'InternalFailure' : 'ValidationException';
}

const memberTypes: Readonly<Record<keyof LocalAwsFault, string>> = {
  target: 'string',
  body: 'string',
  service: 'string',
  times: 'number',
  type: 'string',
  status: 'number',
  message: 'string',
  dropConn: 'boolean',
  dropAnswer: 'boolean',
  hang: 'boolean',
  delayMs: 'number',
  raw: 'object',
  unprocessed: 'boolean',
  batchErrors: 'string',
  endlessToken: 'boolean',
  emptyPageFirst: 'boolean',
};

/** Says whether a fault answers with an error of the service. */
function isErrorFault({ type, status, message, batchErrors }: LocalAwsFault): boolean {
  return type !== undefined || status !== undefined || (message !== undefined && batchErrors === undefined);
}

/**
 * Checks a fault that may come from a file.
 *
 * @param where - Place of the fault, for the message.
 * @throws LocalAwsError
 */
function checkFault(fault: unknown, where: string): LocalAwsFault {
  if (!isFields(fault)) throw new LocalAwsError(`${where} is not an object.`);
  for (const [name, value] of Object.entries(fault)) {
    if (!Object.hasOwn(memberTypes, name)) {
      throw new LocalAwsError(`${where}.${name} is unknown; known: ${Object.keys(memberTypes).join(', ')}.`);
    }
    const expected = memberTypes[name as keyof LocalAwsFault];
    if (value !== undefined && typeof value !== expected) {
      throw new LocalAwsError(`${where}.${name} is a ${typeof value}; expected a ${expected}.`);
    }
  }
  const checked = fault as unknown as LocalAwsFault;
  checkMembers(checked, where);
  checkEffects(checked, where);
  return checked;
}

/** Compiles a regular expression of a fault; without one, everything matches. */
function compile(pattern: string | undefined, where: string): RegExp {
  try {
    return new RegExp(pattern ?? '');
  } catch (cause) {
    throw new LocalAwsError(`${where} is not a regular expression.`, { cause });
  }
}

function checkMembers({ target, service, raw, status, times, delayMs }: LocalAwsFault, where: string): void {
  if (target === undefined) throw new LocalAwsError(`${where}.target is missing; expected a regular expression.`);
  if (service !== undefined && !services.includes(service)) {
    throw new LocalAwsError(`${where}.service is unknown; known: ${services.join(', ')}.`);
  }
  if (raw !== undefined && (!isFields(raw) || typeof raw.body !== 'string')) {
    throw new LocalAwsError(`${where}.raw has no body; expected { body: string, status?, contentType? }.`);
  }
  for (const code of [status, raw?.status]) {
    if (code !== undefined && !(Number.isInteger(code) && code >= 200 && code <= 599)) {
      throw new LocalAwsError(`${where} has a status that is none; expected 200 to 599.`);
    }
  }
  if ([times, delayMs].some((number) => number !== undefined && !(number >= 0))) {
    throw new LocalAwsError(`${where} has a negative times or delayMs.`);
  }
  if (delayMs !== undefined) checkDelay(delayMs, `${where}.delayMs`);
}

/** @throws LocalAwsError for a delay, **milliseconds**, that no timer can wait: it would pass at once. */
export function checkDelay(ms: number, name: string): number {
  if (ms <= longestTimerMs) return ms;
  throw new LocalAwsError(`${name} is longer than a timer can wait; expected at most ${longestTimerMs}.`);
}

function checkEffects(fault: LocalAwsFault, where: string): void {
  const { dropConn, dropAnswer, hang, raw, unprocessed, batchErrors, endlessToken, emptyPageFirst, delayMs } = fault;
  const flags = { dropConn, dropAnswer, hang, unprocessed, endlessToken, emptyPageFirst };
  const effects = [
    ...Object.entries(flags).flatMap(([name, value]) => (value === true ? [name] : [])),
    ...Object.entries({ raw, batchErrors }).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    ...(isErrorFault(fault) ? ['type/status/message'] : []),
  ];
  if (effects.length > 1) throw new LocalAwsError(`${where} has ${effects.join(' and ')}; choose one.`);
  if (effects.length === 0 && delayMs === undefined) {
    throw new LocalAwsError(`${where} does nothing; give it a type, dropConn, hang, delayMs, raw or another effect.`);
  }
}
