import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

import { errorClassName } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { type LocalAwsCall, type OpenCall, type RecordedCalls, redact } from './call-log';
import { type Gateway, type GatewayAnswer } from './gateway';
import { LocalAwsError } from './local-aws-error';
import { type Answer, answerOfError, readRequest } from './protocols';
import { ServiceError } from './service-error';

/** The one HTTP port of the local AWS. */
export class HttpEndpoint {
  /** An idle connection is kept until `close`: a client that is about to use it must not find it closed. */
  private readonly server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const end = (): void => void this.running.delete(work);
    const work: Promise<void> = startWork(() => this.serve(request, response)).then(end, end);
    this.running.add(work);
  });
  private readonly running = new Set<Promise<void>>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly gateway: Gateway,
    private readonly calls: RecordedCalls,
    private readonly ended: (call: LocalAwsCall) => void,
  ) {}

  /** @returns The port. */
  async listen(host: string, port: number): Promise<number> {
    const listening = once(this.server, 'listening');
    this.server.listen(port, host);
    try {
      await listening;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
      const advice = code === 'EADDRINUSE' ? ' Something else listens there: choose another port.' : '';
      throw new LocalAwsError(`Cannot listen on ${host} port ${port}: ${code}.${advice}`, { cause });
    }
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection, also one that waits for an answer, and frees the port. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.server.close(() => {
        resolve(Promise.all(this.running).then(() => undefined));
      });
      this.server.closeAllConnections();
    });
    return this.closing;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // As the services do; no operation, so it does not count.
    if (request.method === 'GET' && request.url === '/ping') {
      response.end('healthy');
      return;
    }
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableEnded) gone.abort();
    });
    const call = this.calls.begin();
    try {
      const { answer, outcome } = await this.answer(call, request, gone.signal);
      if (answer.kind === 'hang' && !gone.signal.aborted) await once(gone.signal, 'abort');
      gone.signal.throwIfAborted();
      this.calls.end(call, outcome, answer);
      send(answer, response);
    } catch {
      this.calls.end(call, 'aborted');
    }
    callAndForget(() => this.ended(call), warnOfListener);
  }

  private async answer(call: OpenCall, request: IncomingMessage, signal: AbortSignal): Promise<GatewayAnswer> {
    const { method = '', url = '', headers } = request;
    // Except in forms, the head names the operation: the log has it before the body has been received.
    const head = readRequest({ method, url, headers, text: '' });
    Object.assign(call, { service: head.service, operation: head.operation });
    const text = await readBody(request);
    if (text === undefined) return { answer: answerOfError(tooLarge, head.protocol), outcome: 'error' };
    const read = readRequest({ method, url, headers, text });
    const { service, operation, fields } = read;
    Object.assign(call, { service, operation, body: fields === undefined ? undefined : redact(fields) });
    return this.gateway.handle(read, signal);
  }
}

/** An error of a listener ends neither the request nor the process; its message may quote the request. */
function warnOfListener(error: unknown): void {
  process.emitWarning(`onCall of the local AWS failed with ${errorClassName(error)}.`);
}

/**
 * Most bytes of a request: no service takes more.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html (16 MB)
 */
const mostBytes = 16 * 1024 * 1024;
const tooLarge = new ServiceError(
  'RequestEntityTooLargeException',
  `The request has more than ${mostBytes} bytes.`,
  413,
);

/** Reads a body; `undefined` for one that is too large, which is received and not kept. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  return size > mostBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function send(answer: Answer, response: ServerResponse): void {
  if (answer.kind !== 'body') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'x-amzn-requestid': randomUUID(),
    // Clients of this protocol read no answer without it.
    ...(answer.type === 'application/cbor' ? { 'smithy-protocol': 'rpc-v2-cbor' } : {}),
    ...answer.headers,
    ...(answer.error === undefined ? {} : { 'x-amzn-errortype': answer.error }),
  });
  response.end(answer.body);
}
