import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsClients, Context } from 'xcon';
import { builtInKinds, type EntriesSession, FileState, type Plan, planEntries, stackKeyOf } from 'xcon/entries';
import { type LocalAws, type LocalAwsCall, type LocalAwsSeed, startLocalAws } from 'xcon/testing';
import { type BuiltCommand } from '../../cli/built-command';
import { patientVariables } from '../../setup/patience';
import { applied, fileOf } from '../sessions';
import { tables } from './entries-world';

const keyBytes = Buffer.alloc(32, 7);

/** How a process ended, and what it has said. */
export interface EndedRun {
  /** Exit code, or the signal that ended it. */
  readonly code: unknown;
  readonly output: string;
}

/** A process of the built command, and its end. */
export interface StartedRun {
  readonly child: ChildProcess;
  readonly ended: Promise<EndedRun>;
}

/** A folder with a file of entries, a local AWS that reports each request it has answered, and the built command. */
export class BuiltRun {
  /** Called with each request that was answered. */
  onCall: (call: LocalAwsCall) => void = () => undefined;
  readonly folder: string;
  readonly clients: AwsClients;

  private constructor(
    private readonly built: BuiltCommand,
    readonly aws: LocalAws,
  ) {
    this.folder = mkdtempSync(join(built.folder, 'run-'));
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.clients = new AwsClients({ endpoint: aws.url, region: 'us-east-1', credentials });
  }

  static async start(built: BuiltCommand, seed: LocalAwsSeed = {}, latencyMs = 0): Promise<BuiltRun> {
    const holder: { run?: BuiltRun } = {};
    const onCall = (call: LocalAwsCall): void => holder.run?.onCall(call);
    const aws = await startLocalAws({ seed: { tables, ...seed }, onCall, latencyMs });
    return (holder.run = new BuiltRun(built, aws));
  }

  /** Writes the file of entries. */
  write(text: string): void {
    writeFileSync(join(this.folder, 'xcon.yaml'), text);
  }

  /** The state as it is on the disk. */
  get state(): string {
    return readFileSync(join(this.folder, '.xcon/state.json'), 'utf8');
  }

  /** Starts the command. */
  start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): StartedRun {
    const script = join(this.built.folder, 'dist/cjs/xcon.js');
    const env = { ...this.variables, ...variables };
    const child = spawn(process.execPath, [script, ...args], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = once(child, 'close').then(([code, signal]: readonly unknown[]) => ({ code: code ?? signal, output }));
    return { child, ended };
  }

  /** Plans in this process, with the state and the key of the command. */
  plan(text: string): Promise<Plan> {
    return this.inContext(() => planEntries(this.session(text)));
  }

  /** Plans and applies in this process. */
  async apply(text: string, reader: EntriesSession['reader'] = {}): Promise<void> {
    const session = { ...this.session(text), reader };
    const { isComplete } = await this.inContext(async () => applied(await planEntries(session), session));
    if (!isComplete) throw new Error('The entries could not be prepared.');
  }

  async close(): Promise<void> {
    await this.clients.close();
    await this.aws.close();
  }

  /** What every process of the command has. */
  get variables(): Readonly<Record<string, string>> {
    return {
      ...(process.env['PATH'] !== undefined && { PATH: process.env['PATH'] }),
      ...this.aws.environment,
      ...patientVariables,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      XCON_STATE_KEY: keyBytes.toString('base64'),
    };
  }

  private session(text: string): EntriesSession {
    return {
      file: fileOf(text, builtInKinds),
      state: new FileState({ path: join(this.folder, '.xcon/state.json'), stack: 'orders' }),
      key: stackKeyOf(keyBytes, 'orders'),
      rates: { '*': 1e6 },
    };
  }

  private inContext<T>(fn: () => Promise<T>): Promise<T> {
    return Context.createRoot([this.clients]).run(fn);
  }
}
