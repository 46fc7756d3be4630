import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A function of AWS Lambda: a process that is stopped whenever it has nothing to answer. */
export class LambdaFunction {
  #child;

  /** Starts it, and freezes it as soon as its init phase is over, whatever is under way then. */
  static async start(file, variables) {
    const started = new LambdaFunction();
    started.#child = fork('runtime.mjs', [file], {
      env: { ...process.env, ...variables, AWS_LAMBDA_FUNCTION_NAME: 'orders' },
    });
    await once(started.#child, 'message');
    started.#child.kill('SIGSTOP');
    return started;
  }

  /** Thaws it for one event, and freezes it with its answer. */
  async invoke(event) {
    this.#child.kill('SIGCONT');
    this.#child.send(event);
    const [answer] = await once(this.#child, 'message');
    this.#child.kill('SIGSTOP');
    return answer;
  }

  async end() {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
