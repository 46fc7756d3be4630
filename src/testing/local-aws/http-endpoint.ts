import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

import { errorClassName } from '../../base/describe-error';
import { callAndForget, startWork } from '../../base/start-work';
import { type Answer } from './answer';
import { type LocalAwsCall, type OpenCall, type RecordedCalls } from './call-log';
import { type Gateway, type GatewayAnswer, parseBody } from './gateway';
import { LocalAwsError } from './local-aws-error';
import { redact } from './redact';
import { type LocalAwsService } from './service';

const targets: ReadonlyMap<string, LocalAwsService> = new Map([
  ['AmazonSSM', 'ssm'],
  ['secretsmanager', 'secretsmanager'],
  ['TrentService', 'kms'],
  ['DynamoDB_20120810', 'dynamodb'],
]);

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
    const [service, operation] = readTarget(request.headers['x-amz-target']);
    const call = this.calls.begin(service, operation);
    try {
      const { answer, outcome } = await this.answer(call, await readBody(request), gone.signal);
      if (answer.kind === 'hang' && !gone.signal.aborted) await once(gone.signal, 'abort');
      gone.signal.throwIfAborted();
      this.calls.end(call, outcome, answer);
      send(answer, response);
    } catch {
      this.calls.end(call, 'aborted');
    }
    callAndForget(() => this.ended(call), warnOfListener);
  }

  /** @param body - `undefined` for one that is too large. */
  private async answer(call: OpenCall, body: string | undefined, signal: AbortSignal): Promise<GatewayAnswer> {
    if (body === undefined) return { answer: tooLarge, outcome: 'error' };
    const fields = parseBody(body);
    call.body = fields === undefined ? undefined : redact(fields);
    const { service, operation } = call;
    return this.gateway.handle({ service, operation, text: body, fields }, signal);
  }
}

/** A listener that fails ends neither the request nor the process; its message may quote what was asked. */
function warnOfListener(error: unknown): void {
  process.emitWarning(`onCall of the local AWS failed with ${errorClassName(error)}.`);
}

/**
 * Most bytes of a request: no service takes more.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html (16 MB)
 */
const mostBytes = 16 * 1024 * 1024;
const tooLarge: Answer = {
  kind: 'body',
  status: 413,
  body: JSON.stringify({
    __type: 'RequestEntityTooLargeException',
    message: `The request has more than ${mostBytes} bytes.`,
  }),
  type: 'application/x-amz-json-1.0',
  error: 'RequestEntityTooLargeException',
};

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

function readTarget(header: string | string[] | undefined): readonly [OpenCall['service'], string] {
  const [prefix = '', operation = ''] = String(header ?? '').split('.');
  return [targets.get(prefix) ?? 'unknown', operation];
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
    ...(answer.error === undefined ? {} : { 'x-amzn-errortype': answer.error }),
  });
  response.end(answer.body);
}
