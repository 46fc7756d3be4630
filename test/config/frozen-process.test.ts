import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startLocalAws } from '../../src/local-aws/local-aws';
import { bundleScript } from '../cache/e2e/bundle-script';

/** Longer than the lookup may take, **milliseconds**. */
const frozenMs = 8000;

it('gives an answer that came while the process was frozen for longer than a lookup may take', async () => {
  const script = await bundleScript(join(__dirname, 'frozen-process.ts'));
  const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/DB_HOST': 'db.internal' } } });
  aws.setFaults([{ target: 'GetParametersByPath', delayMs: 1000 }]);
  const { PATH } = process.env;
  const env = { PATH, ...aws.environment, ...script.environment, APP_NAME: 'orders', APP_ENV: 'prod' };
  const child = fork(script.path, { env, silent: true, execArgv: [] });
  try {
    const answering = once(child, 'message');
    while (aws.calls.count('GetParametersByPath') === 0) await setTimeout(10);

    child.kill('SIGSTOP');
    await setTimeout(frozenMs);
    child.kill('SIGCONT');

    expect(await answering).toEqual([{ value: 'db.internal' }, undefined]);
  } finally {
    child.kill('SIGKILL');
    await aws.close();
    await script.remove();
  }
});
