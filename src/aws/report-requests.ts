import { requests, startTimer } from '../base/channels';
import { errorSummary, readProperty } from '../base/describe-error';

/** The part of the SDK's context of a call that is used here. */
interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

type Step = (request: unknown) => Promise<unknown>;

/** The part of an SDK client that is used here. */
interface ReportedClient {
  readonly middlewareStack: {
    add(
      middleware: (next: Step, context: CallContext) => Step,
      options: { step: 'initialize'; priority: 'high'; name: string },
    ): void;
  };
}

/** Makes a client of the SDK publish each call, retries included, when there is a subscriber. */
export function reportRequests<T>(client: T): T {
  const reported =
    (next: Step, { clientName = '', commandName = '' }: CallContext): Step =>
    async (request) => {
      if (!requests.hasSubscribers) return next(request);
      const stop = startTimer();
      const call = { service: clientName.replace(/Client$/, ''), operation: commandName.replace(/Command$/, '') };
      try {
        const result = await next(request);
        requests.publish({ ...call, ...stop(), ...metadataOf(readOutput(result)), error: undefined });
        return result;
      } catch (error) {
        requests.publish({ ...call, ...stop(), ...metadataOf(error), error: errorSummary(error).name });
        throw error;
      }
    };
  (client as ReportedClient).middlewareStack.add(reported, {
    step: 'initialize',
    priority: 'high',
    name: 'xconReportedRequests',
  });
  return client;
}

function readOutput(result: unknown): unknown {
  return typeof result === 'object' && result !== null ? readProperty(result, 'output') : undefined;
}

function metadataOf(answer: unknown) {
  const metadata = typeof answer === 'object' && answer !== null ? readProperty(answer, '$metadata') : undefined;
  const {
    attempts,
    httpStatusCode: status,
    requestId,
  } = (metadata ?? {}) as {
    readonly attempts?: number;
    readonly httpStatusCode?: number;
    readonly requestId?: string;
  };
  return { attempts, status, requestId };
}
