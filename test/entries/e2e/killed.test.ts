import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, type LocalAwsCall, startLocalAws } from 'xcon/testing';
import { tables } from './entries-world';

const root = join(__dirname, '../../..');
const entries = `service: orders
environments: [prod]
entries:
  /orders/{environment}:
    HOST: { ssm: db.prod, description: The database }
    TOKEN: { ssm: { from: env:TOKEN } }
    PASSWORD: { secret: { generate: { length: 32 } } }
    FLAGS: { dynamo: { fast: true } }
`;
const writes = ['PutParameter', 'CreateSecret', 'PutItem'];
/** More requests than an apply of this file makes. */
const mostRequests = 60;

let built: string;

beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), 'xcon-killed-'));
  execFileSync(process.execPath, [join(root, '.ci/build.mjs'), '--js', '--reuse', '--out', join(built, 'dist')]);
  symlinkSync(join(root, 'node_modules'), join(built, 'node_modules'), 'dir');
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

/** A folder with the file, and a local AWS that calls back with each request it has answered. */
class KilledRun {
  readonly folder = mkdtempSync(join(built, 'run-'));
  output = '';
  private child: ChildProcess | undefined;

  private constructor(readonly aws: LocalAws) {
    writeFileSync(join(this.folder, 'xcon.yaml'), entries);
  }

  static async start(onCall: (call: LocalAwsCall, run: KilledRun) => void): Promise<KilledRun> {
    const holder: { run?: KilledRun } = {};
    const aws = await startLocalAws({ seed: { tables }, onCall: (call) => holder.run && onCall(call, holder.run) });
    return (holder.run = new KilledRun(aws));
  }

  kill(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Runs an apply to its end. @returns Its exit code, or the signal that ended it. */
  async apply(): Promise<unknown> {
    const { PATH } = process.env;
    const env = {
      PATH,
      ...this.aws.environment,
      TOKEN: 'a-token',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    const args = [join(built, 'dist/cjs/xcon.js'), 'apply', '--yes', '--rate', '1000'];
    const child = spawn(process.execPath, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    const [code, signal] = (await once(child, 'close')) as readonly unknown[];
    return code ?? signal;
  }

  async close(): Promise<void> {
    await this.aws.close();
  }
}

/** What the services have of the file. */
async function made({ aws }: KilledRun) {
  const { AwsClients } = await import('xcon');
  const clients = new AwsClients({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const [ssm, secrets] = [await import('@aws-sdk/client-ssm'), await import('@aws-sdk/client-secrets-manager')];
  const { Parameters: parameters = [] } = await (
    await clients.ssm()
  ).send(new ssm.GetParametersByPathCommand({ Path: '/orders/prod', WithDecryption: true }));
  const password = await (
    await clients.secretsManager()
  )
    .send(new secrets.GetSecretValueCommand({ SecretId: '/orders/prod/PASSWORD' }))
    .then(({ SecretString: text }) => text)
    .catch(() => undefined);
  const rows = await aws.rows('global-all-config');
  await clients.close();
  return {
    parameters: Object.fromEntries(
      parameters.map(({ Name: name = '', Value: value, Version: version }) => [name, [value, version]]),
    ),
    password,
    rows: rows.map((row) => row['value']),
  };
}

const whole = {
  parameters: { '/orders/prod/HOST': ['db.prod', 1], '/orders/prod/TOKEN': ['a-token', 1] },
  password: expect.stringMatching(/^\S{32}$/) as string,
  rows: [{ M: { fast: { BOOL: true } } }],
};

it('an apply that is killed at any request is ended by the next: nothing is lost, and nothing made twice', async () => {
  let cases = 0;
  for (let at = 1; at <= mostRequests; at += 1) {
    let count = 0;
    const run = await KilledRun.start((_, each) => {
      count += 1;
      if (count === at) each.kill('SIGKILL');
    });
    try {
      const first = await run.apply();
      if (first === 0) break;
      cases += 1;
      const before = await made(run);
      count = Number.NEGATIVE_INFINITY;

      const second = await run.apply();

      const after = await made(run);
      expect({ at, first, second, output: run.output }).toEqual({
        at,
        first: 'SIGKILL',
        second: 0,
        output: expect.not.stringContaining('a-token') as string,
      });
      expect({ at, ...after }).toEqual({ at, ...whole });
      if (before.password !== undefined) expect(after.password).toBe(before.password);
      const state = readFileSync(join(run.folder, '.xcon/state.json'), 'utf8');
      expect((JSON.parse(state) as { readonly entries: readonly unknown[] }).entries).toHaveLength(4);
      expect(state).not.toContain(after.password);
      expect(state).not.toContain('"isUnfollowed": true');
    } finally {
      await run.close();
    }
  }
  // Plan, plan again, four writes, and the cache table.
  expect(cases).toBeGreaterThan(12);
  expect(cases).toBeLessThan(mostRequests);
});

it('Ctrl-C in the middle of the writes ends what was begun, gives the lock up, and exits with 130', async () => {
  const run = await KilledRun.start(({ operation }, each) => {
    if (writes.includes(operation)) each.kill('SIGINT');
  });
  try {
    expect(await run.apply()).toBe(130);

    expect(existsSync(join(run.folder, '.xcon/state.json.lock'))).toBe(true);
    expect(readFileSync(join(run.folder, '.xcon/state.json.lock'), 'utf8')).toBe('{}');
    expect(run.output).toMatch(/Done: \d of 4/);
  } finally {
    await run.close();
  }
});
