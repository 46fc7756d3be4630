import { type AwsClientLike } from './aws-clients';

/** What is needed of a command of the AWS SDK. */
interface PlainCommand {
  readonly middlewareStack: { add(middleware: never, options: never): void };
}

interface Sender {
  send(command: PlainCommand, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
}

interface SdkAnswer {
  readonly response: { readonly body?: AsyncIterable<unknown> };
}

interface RequestHandler {
  handle(request: object, options: { readonly abortSignal: AbortSignal }): Promise<SdkAnswer>;
}

/**
 * Gets a client ready to ask: resolves region, endpoint and credentials, and opens a connection that its next request
 * uses.
 *
 * The command goes as far as being signed; in its place `GET /ping` is sent, without a signature. That is no call of the
 * service: it needs no permission and counts against no quota, and any answer will do.
 *
 * @param command - Any of the client's; it is not performed.
 * @throws What the SDK throws without region or credentials, or when there is no connection.
 */
export async function openConnection(client: AwsClientLike, command: PlainCommand, signal: AbortSignal): Promise<void> {
  await client.config.region();
  const requestHandler = client.config.requestHandler as RequestHandler;
  const ping = () => async (step: { readonly request: SdkRequest }) => {
    const { host = '' } = step.request.headers;
    const request = { ...step.request, method: 'GET', path: '/ping', query: {}, headers: { host }, body: undefined };
    const { response } = await requestHandler.handle(request, { abortSignal: signal });
    // Only a connection whose answer has been read to its end is used again.
    for await (const chunk of response.body ?? []) void chunk;
    return { response, output: { $metadata: {} } };
  };
  command.middlewareStack.add(ping as never, { step: 'finalizeRequest', priority: 'low', name: 'ping' } as never);
  await (client as AwsClientLike & Sender).send(command, { abortSignal: signal });
}
