import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type LocalAwsOptions } from '../src/testing/local-aws/local-aws';
import { type LocalAwsReport, type LocalAwsRequest } from './local-aws-process';

/** A local AWS in a process of its own, so that it does not compete with what is measured. */
export interface LocalAwsClient {
  readonly environment: Readonly<Record<string, string>>;
  report(): Promise<LocalAwsReport>;
  stop(): Promise<void>;
}

/** Starts a local AWS in a process of its own. */
export async function startLocalAwsProcess(options: LocalAwsOptions): Promise<LocalAwsClient> {
  const child = fork(join(__dirname, 'local-aws-process.cjs'));
  const ask = (request: LocalAwsRequest): Promise<LocalAwsReport> =>
    new Promise((resolve, reject) => {
      child.once('message', (report) => resolve(report as LocalAwsReport));
      child.once('error', reject);
      child.send(request);
    });
  const { environment } = await ask({ kind: 'start', options });
  return {
    environment,
    report: () => ask({ kind: 'calls' }),
    stop: async () => {
      await ask({ kind: 'stop' });
    },
  };
}
