import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type BundledScript } from '../../cache/e2e/bundle-script';
import { type LocalAws } from '../../../src/local-aws/local-aws';
import { type Order, type Report } from './watching-member';

/** A process of the operating system that watches, and reports what it does. */
export class WatchingProcess {
  /** Its reports since this was last emptied. */
  readonly done: ('looked' | 'refreshed')[] = [];
  private looked = 0;
  private orders = 0;
  private errors = '';
  private readonly answers = new Map<number, (values: readonly unknown[]) => void>();
  private waiting: { readonly looked: number; readonly resolve: () => void }[] = [];
  private readonly died: Promise<never>;
  private readonly child: ChildProcess;

  constructor(script: BundledScript, aws: LocalAws) {
    const { PATH } = process.env;
    const service = { APP_NAME: 'orders', APP_ENV: 'prod', ...script.environment };
    this.child = fork(script.path, { env: { PATH, ...aws.environment, ...service }, silent: true, execArgv: [] });
    this.child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.child.on('message', (report: Report) => this.hear(report));
    this.died = once(this.child, 'exit').then(() => {
      throw new Error(`The process ended: ${this.errors}`);
    });
    this.died.catch(() => undefined);
  }

  /** Looks names up. */
  ask(names: readonly string[]): Promise<readonly unknown[]> {
    const id = (this.orders += 1);
    const values = new Promise<readonly unknown[]>((resolve) => this.answers.set(id, resolve));
    this.child.send({ id, names } satisfies Order);
    return Promise.race([values, this.died]);
  }

  /** Waits until it has looked for changes so many times more. */
  looks(times: number): Promise<void> {
    const looked = this.looked + times;
    return Promise.race([new Promise<void>((resolve) => this.waiting.push({ looked, resolve })), this.died]);
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private hear(report: Report): void {
    if (report.kind === 'values') {
      this.answers.get(report.id)?.(report.values);
      return;
    }
    this.done.push(report.kind);
    if (report.kind === 'looked') this.looked += 1;
    for (const { looked, resolve } of this.waiting) if (looked <= this.looked) resolve();
    this.waiting = this.waiting.filter(({ looked }) => looked > this.looked);
  }
}
