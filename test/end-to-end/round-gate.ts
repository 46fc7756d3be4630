import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Longest wait for a request that does not come, **milliseconds**: only a test that fails takes it. */
const longestWaitMs = 15_000;

/**
 * A proxy of a local AWS that forwards requests in rounds: none is answered before all of its round have come.
 *
 * It counts rounds without measuring time. A request that comes too late to be in its round makes one of its own, and
 * one that does not come leaves its round smaller than expected, after {@link longestWaitMs}.
 */
export class RoundGate {
  /** Operations of each round, sorted. */
  readonly rounds: (readonly string[])[] = [];
  private held: { readonly operation: string; readonly pass: () => void }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly server: Server;

  private constructor(
    private readonly target: string,
    private readonly sizes: readonly number[],
    private readonly holds: RegExp,
  ) {
    this.server = createServer((incoming, response) => this.take(incoming, response));
  }

  /**
   * @param target - URL of the local AWS.
   * @param sizes - How many requests each round should have; further requests are a round each.
   * @param holds - Operations that rounds are made of; others pass at once.
   */
  static async open(target: string, sizes: readonly number[], holds = /^/): Promise<RoundGate> {
    const gate = new RoundGate(target, sizes, holds);
    await once(gate.server.listen(0, '127.0.0.1'), 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private take(incoming: IncomingMessage, response: ServerResponse): void {
    const operation = operationOf(incoming);
    const pass = (): void => this.forward(incoming, response);
    if (!this.holds.test(operation)) return pass();
    this.held.push({ operation, pass });
    clearTimeout(this.timer);
    if (this.held.length >= (this.sizes[this.rounds.length] ?? 1)) this.release();
    else this.timer = setTimeout(() => this.release(), longestWaitMs);
  }

  private release(): void {
    const round = this.held;
    this.held = [];
    this.rounds.push(round.map(({ operation }) => operation).sort());
    for (const { pass } of round) pass();
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    forward(this.target, incoming, response, (pass) => pass());
  }
}

/** Gives the operation of a request. */
export function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).replace(/^.*\./, '');
}

/**
 * Asks a local AWS what was asked here.
 *
 * @param target - URL of the local AWS.
 * @param onAnswer - Called when there is an answer, with what passes it on.
 */
export function forward(
  target: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  onAnswer: (pass: () => void) => void,
): void {
  const { method, url, headers } = incoming;
  const outgoing = request(new URL(url ?? '/', target), { method, headers, agent: false }, (answer) => {
    onAnswer(() => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
