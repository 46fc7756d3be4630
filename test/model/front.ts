import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { leaveOut, type Omission } from './omissions';

/** What happens to a request that a rule matches. */
export type Effect =
  | { readonly kind: 'error'; readonly status: number; readonly type: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The answer, without something that belongs in it. */
  | { readonly kind: 'omit'; readonly what: Omission };

/** What goes wrong with which requests. */
export interface Rule {
  /** Of this process of the operating system; absent: any. */
  readonly process?: string | undefined;
  /** Matches the operation. */
  readonly operation: RegExp;
  /** Matches the body; absent: any. */
  readonly body?: RegExp | undefined;
  readonly effect: Effect;
}

/** A request as the front sees it. */
export interface FrontRequest {
  readonly process: string;
  readonly account: string;
  readonly operation: string;
  readonly body: string;
}

/** How a front distinguishes accounts, and what it reports. */
export interface FrontOptions {
  /** Gives the account and the process of a request. */
  readonly identify: (caller: Caller) => Pick<FrontRequest, 'account' | 'process'>;
  /** Gives the port that answers for an account. */
  readonly portOf: (request: FrontRequest) => number;
  /** Called with every request before it is answered, and the rule that it is answered by. */
  readonly onRequest: (request: FrontRequest, rule: Rule | undefined) => void;
}

/** Who sends a request. */
export interface Caller {
  readonly accessKeyId: string;
  readonly region: string;
  /** Whether it came by the address of the other endpoint. */
  readonly isOtherEndpoint: boolean;
}

/**
 * What every process asks in place of AWS: it sends each request on to the account that the caller belongs to, and does to
 * answers what rules say.
 */
export class Front {
  /** The first that matches is taken. */
  rules: readonly Rule[] = [];
  private readonly agent = new Agent({ keepAlive: true });
  private readonly servers: readonly Server[];
  private readonly hanging = new Set<ServerResponse>();

  private constructor(private readonly options: FrontOptions) {
    this.servers = [false, true].map((isOtherEndpoint) =>
      createServer((incoming, outgoing) => {
        this.serve(incoming, outgoing, isOtherEndpoint).catch(() => outgoing.destroy());
      }),
    );
  }

  static async start(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    for (const each of front.servers) {
      each.listen(0, '127.0.0.1');
      await once(each, 'listening');
    }
    return front;
  }

  /** Addresses of the endpoint and of the other one. */
  get urls(): readonly [string, string] {
    const [url = '', other = ''] = this.servers.map(
      (each) => `http://127.0.0.1:${(each.address() as AddressInfo).port}`,
    );
    return [url, other];
  }

  async close(): Promise<void> {
    this.agent.destroy();
    for (const each of this.servers) {
      each.closeAllConnections();
      each.close();
      await once(each, 'close');
    }
  }

  /** Ends the requests that hang. */
  endHanging(): void {
    for (const each of this.hanging) each.destroy();
    this.hanging.clear();
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse, isOtherEndpoint: boolean): Promise<void> {
    const body = (await bufferOf(incoming)).toString();
    const operation = `${incoming.headers['x-amz-target'] as string}`.replace(/^.*\./, '');
    const [, accessKeyId = '', region = ''] =
      /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    const asked = { ...this.options.identify({ accessKeyId, region, isOtherEndpoint }), operation, body };
    const rule = this.rules.find((each) => matches(each, asked));
    this.options.onRequest(asked, rule);
    const effect = rule?.effect;
    if (effect?.kind === 'drop') return void outgoing.destroy();
    if (effect?.kind === 'hang') return void this.hanging.add(outgoing);
    if (effect?.kind === 'error') return answerError(outgoing, effect);
    if (effect?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, effect.ms));
    const answer = await this.forward(incoming, asked);
    const { status, text } =
      effect?.kind === 'omit' && answer.status === 200 ? leaveOut(effect.what, operation, answer.text) : answer;
    outgoing.writeHead(status, { 'content-type': answer.type }).end(text);
  }

  private async forward(incoming: IncomingMessage, asked: FrontRequest) {
    const sent = request({
      host: '127.0.0.1',
      port: this.options.portOf(asked),
      method: 'POST',
      path: '/',
      agent: this.agent,
      headers: {
        'x-amz-target': incoming.headers['x-amz-target'],
        'content-type': incoming.headers['content-type'],
        authorization: incoming.headers.authorization,
        'content-length': Buffer.byteLength(asked.body),
      },
    });
    sent.end(asked.body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const text = (await bufferOf(response)).toString();
    return { status: response.statusCode ?? 500, text, type: response.headers['content-type'] ?? '' };
  }
}

function matches({ process, operation, body }: Rule, asked: FrontRequest): boolean {
  return (
    (process ?? asked.process) === asked.process &&
    operation.test(asked.operation) &&
    (body === undefined || body.test(asked.body))
  );
}

function answerError(outgoing: ServerResponse, { status, type }: { readonly status: number; readonly type: string }) {
  const text = JSON.stringify({ __type: type, message: `${type} (planned)` });
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
}

async function bufferOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
