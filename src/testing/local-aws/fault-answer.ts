import { type Answer, answerOf, answerOfError } from './answer';
import { isErrorFault } from './check-fault';
import { type FaultRequest } from './fault-plan';
import { type Fields, textListField } from './fields';
import { type LocalAwsFault } from './local-aws-fault';
import { pageOperations } from './page-operations';
import { ServiceError } from './service-error';

/**
 * Answers as a fault says.
 *
 * @param type - Content type of the service.
 * @returns `undefined` when the fault leaves the answer to the service.
 */
export function faultAnswer(fault: LocalAwsFault, request: FaultRequest, type: string): Answer | undefined {
  const { raw, status = 400 } = fault;
  if (fault.dropConn === true) return { kind: 'drop' };
  if (fault.hang === true) return { kind: 'hang' };
  if (raw !== undefined) {
    return { kind: 'body', status: raw.status ?? 200, body: raw.body, type: raw.contentType ?? type };
  }
  if (isErrorFault(fault)) {
    const name = fault.type ?? errorNameOf(status);
    return answerOfError(new ServiceError(name, fault.message ?? `${name} (planned fault)`, status), type);
  }
  const fields = faultFields(fault, request);
  return fields === undefined ? undefined : answerOf(fields, type);
}

/** Makes a request ask for the first page, when its fault says so. */
export function askAsFaultSays(fault: LocalAwsFault | undefined, { operation, fields }: FaultRequest): Fields {
  const page = fault?.endlessToken === true ? pageOperations.get(operation) : undefined;
  return page === undefined ? fields : { ...fields, [page.request]: undefined };
}

/** Makes an answer say that there is more, when its fault says so. */
export function tellAsFaultSays(fault: LocalAwsFault | undefined, operation: string, answer: Fields): Fields {
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
