import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { forward, operationOf } from '../../end-to-end/round-gate';

/** Passes requests on to a local AWS at once, and keeps the answers of some operations until it is opened: slow reads, without a measure of time. */
export class AnswerGate {
  private readonly kept: (() => void)[] = [];
  private readonly server: Server;
  private isOpen = false;

  private constructor(target: string, keeps: RegExp) {
    this.server = createServer((incoming, response) => {
      const isKept = keeps.test(operationOf(incoming));
      forward(target, incoming, response, (pass) => {
        if (isKept && !this.isOpen) this.kept.push(pass);
        else pass();
      });
    });
  }

  /**
   * @param target - URL of the local AWS.
   * @param keeps - Operations whose answers are kept.
   */
  static async start(target: string, keeps: RegExp): Promise<AnswerGate> {
    const gate = new AnswerGate(target, keeps);
    await once(gate.server.listen(0, '127.0.0.1'), 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Waits until it keeps so many answers; they say what was true when they were given. */
  async keepsAnswers(count: number): Promise<void> {
    for (let waits = 0; waits < 12_000 && this.kept.length < count; waits += 1) await sleep(5);
  }

  /** Passes on the answers that it has kept, and all that come from now on. */
  open(): void {
    this.isOpen = true;
    for (const pass of this.kept.splice(0)) pass();
  }

  async close(): Promise<void> {
    this.open();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
