import { checkFault, compile } from './check-fault';
import { type Fields } from './fields';
import { type LocalAwsFault } from './local-aws-fault';
import { pageOperations } from './page-operations';
import { type LocalAwsService } from './service';

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
