import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type LocalAwsOptions } from '../src/local-aws/local-aws';
import { type LocalAwsReport, type LocalAwsRequest } from './local-aws-process';

/** A local AWS in a process of its own, so that it does not compete with what is measured. */
export interface LocalAwsClient {
  readonly environment: Readonly<Record<string, string>>;
  report(): Promise<LocalAwsReport>;
  /** Empties the call log, and a table. */
  reset(table?: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a local AWS in a process of its own. */
export async function startLocalAwsProcess(options: LocalAwsOptions): Promise<LocalAwsClient> {
  const child = fork(join(__dirname, 'local-aws-process.cjs'));
  const ask = async (request: LocalAwsRequest): Promise<LocalAwsReport> => {
    const answered = once(child, 'message') as Promise<[LocalAwsReport]>;
    child.send(request);
    return (await answered)[0];
  };
  const { environment } = await ask({ kind: 'start', options });
  return {
    environment,
    report: () => ask({ kind: 'calls' }),
    reset: async (table) => {
      await ask({ kind: 'reset', table });
    },
    stop: async () => {
      await ask({ kind: 'stop' });
    },
  };
}
