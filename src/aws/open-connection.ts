import { type AwsClientLike } from './aws-clients';

/** The part of an SDK command that is used here. */
interface PlainCommand {
  readonly middlewareStack: { add(middleware: never, options: never): void };
}

interface Sender {
  send(command: PlainCommand, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

interface SdkRequest {
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface SdkAnswer {
  readonly response: {
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly body?: AsyncIterable<unknown>;
  };
}

interface RequestHandler {
  handle(request: object, options: { readonly abortSignal: AbortSignal }): Promise<SdkAnswer>;
}

/** What an endpoint answered to a ping. */
export interface PingAnswer {
  /** Address of the service, as `https://ssm.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  /** How long the answer took, **milliseconds**; that of a first ping includes opening the connection. */
  readonly elapsedMs: number;
  /** Its `Date` header as it came, a time in whole seconds; `undefined` without one. */
  readonly date: string | undefined;
}

/**
 * Prepares a client: resolves region, endpoint and credentials, and opens the connection that its next request uses.
 *
 * The command is prepared and signed, and then `GET /ping` is sent in its place, without a signature. That is not a call of the service:
 * it needs no permission, counts against no quota, and any answer is accepted.
 *
 * @param command - Any of the client's; it is not performed.
 * @returns What the endpoint answered; `undefined` when the client sends nothing, as a test double of it does.
 * @throws What the SDK throws without region or credentials, or when there is no connection.
 */
export async function openConnection(
  client: AwsClientLike,
  command: PlainCommand,
  signal: AbortSignal,
): Promise<PingAnswer | undefined> {
  await client.config.region();
  const requestHandler = client.config.requestHandler as RequestHandler;
  const answers: PingAnswer[] = [];
  const ping = () => async (step: { readonly request: SdkRequest }) => {
    const { headers, protocol } = step.request;
    const { host = '' } = headers;
    const request = { ...step.request, method: 'GET', path: '/ping', query: {}, headers: { host }, body: undefined };
    const startedMs = performance.now();
    const { response } = await requestHandler.handle(request, { abortSignal: signal });
    // A connection is reused only after its response has been read completely.
    for await (const chunk of response.body ?? []) void chunk;
    const elapsedMs = performance.now() - startedMs;
    answers.push({ endpoint: `${protocol}//${host}`, elapsedMs, date: response.headers?.['date'] });
    return { response, output: { $metadata: {} } };
  };
  command.middlewareStack.add(ping as never, { step: 'finalizeRequest', priority: 'low', name: 'ping' } as never);
  await (client as AwsClientLike & Sender).send(command, { abortSignal: signal });
  return answers.at(-1);
}
