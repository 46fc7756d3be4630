import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Order, type Report } from './orders';

type Answered = Extract<Report, { kind: 'answers' | 'done' }>;
/** An order that is answered; the id comes with its sending. */
export type Question = Order extends infer Each
  ? Each extends { readonly id: number }
    ? Omit<Each, 'id'>
    : never
  : never;

/** A process of the operating system that looks names up. */
export class Member {
  private ids = 0;
  private errors = '';
  private readonly waiting = new Map<number, (report: Answered | undefined) => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly onUnhandled: (text: string) => void,
  ) {
    child.on('message', (report: Report) => this.take(report));
    child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
    child.once('exit', (_, signal) => {
      if (signal !== 'SIGKILL') onUnhandled(`a process ended by itself: ${this.errors}`);
      for (const each of this.waiting.values()) each(undefined);
      this.waiting.clear();
    });
  }

  /** @param onUnhandled - Called with what the process did not handle. */
  static start(script: string, env: NodeJS.ProcessEnv, onUnhandled: (text: string) => void): Member {
    return new Member(fork(script, { env, silent: true, execArgv: [] }), onUnhandled);
  }

  /** Opens an instance. */
  open(order: Extract<Order, { kind: 'open' }>): void {
    this.child.send(order);
  }

  /** Asks it. @returns `undefined` when the process was killed before it answered. */
  ask(question: Question): Promise<Answered | undefined> {
    const id = (this.ids += 1);
    const answer = new Promise<Answered | undefined>((resolve) => this.waiting.set(id, resolve));
    if (this.child.connected) this.child.send({ ...question, id } satisfies Order);
    return answer;
  }

  /** Stops it where it is, until it is thawed. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Ends it at once, whatever it is doing. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private take(report: Report): void {
    if (report.kind === 'unhandled') {
      this.onUnhandled(report.text);
      return;
    }
    this.waiting.get(report.id)?.(report);
    this.waiting.delete(report.id);
  }
}
