import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalAws } from '../../../src/local-aws/local-aws';
import { bundleScript, type BundledScript } from './bundle-script';
import { type Report } from './fleet-member';
import { operations, rowsOf, sourceOperations, startOrdersAws } from './orders-aws';
import { table } from '../rows';

const names = ['db_host', 'POOL_SIZE', 'token', 'password', 'region', 'nope'];
const answers = ['db.internal', '20', 'canary-token', 'canary-password', 'eu-west-1', null];
let script: BundledScript;
let aws: LocalAws;
let members: Member[];

beforeAll(async () => {
  script = await bundleScript(join(__dirname, 'fleet-member.ts'));
});

afterAll(() => script.remove());

beforeEach(async () => {
  aws = await startOrdersAws();
  members = [];
});

afterEach(async () => {
  await Promise.all(members.map((each) => each.kill()));
  await aws.close();
});

/** A process of the operating system. */
class Member {
  private orders = 0;
  private errors = '';
  private readonly died: Promise<never>;
  private readonly child: ChildProcess;

  constructor() {
    const { PATH } = process.env;
    const service = { APP_NAME: 'orders', APP_ENV: 'prod', ...script.environment };
    this.child = fork(script.path, { env: { PATH, ...aws.environment, ...service }, silent: true, execArgv: [] });
    this.child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.died = once(this.child, 'exit').then(() => {
      throw new Error(`The process ended: ${this.errors}`);
    });
    this.died.catch(() => undefined);
    members.push(this);
  }

  /** Looks names up, on request with an empty memory. */
  async ask({ forget = false } = {}): Promise<readonly unknown[]> {
    const id = (this.orders += 1);
    this.child.send({ id, forget, names });
    for (;;) {
      const [report] = (await Promise.race([once(this.child, 'message'), this.died])) as [Report];
      if (report.id === id) return report.values;
    }
  }

  /** Starts a lookup of names, and does not wait for it. */
  startLookup(): void {
    this.child.send({ id: (this.orders += 1), forget: false, names });
  }

  /** Ends it at once, whatever it is doing. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/** Asks several at the same time. */
function askAll(
  all: readonly Member[],
  options?: { readonly forget: boolean },
): Promise<readonly (readonly unknown[])[]> {
  return Promise.all(all.map((each) => each.ask(options)));
}

test('two processes and one restarted in between never disagree', async () => {
  const [one, two] = [new Member(), new Member()];
  expect(await askAll([one, two])).toEqual([answers, answers]);
  // One of them refreshes for both; on a busy machine, where it outlasts its lease, each may.
  expect([1, 2]).toContain(aws.calls.count('ListSecrets'));

  // What the table holds is the answer until it ends, to those that have forgotten and to those that are new.
  aws.putParameter('/orders/prod/db_host', 'db.changed');
  aws.putParameter('/orders/prod/nope', 'here');
  aws.putSecret('/orders/prod/token', 'canary-rotated');
  const rotated = answers.map((each) => (each === 'canary-token' ? 'canary-rotated' : each));
  await one.kill();
  const three = new Member();
  expect(await askAll([two, three], { forget: true })).toEqual([rotated, rotated]);

  await aws.clearTable(table);
  const changed = ['db.changed', '20', 'canary-rotated', 'canary-password', 'eu-west-1', 'here'];
  expect(await askAll([two, three], { forget: true })).toEqual([changed, changed]);
  expect(await askAll([two, three, new Member()], { forget: true })).toEqual([changed, changed, changed]);
});

test('a warm process asks the table, and secrets by name', async () => {
  await new Member().ask();
  aws.calls.clear();

  expect(await new Member().ask()).toEqual(answers);

  expect(operations(aws)).toEqual(['Query', 'GetSecretValue', 'GetSecretValue']);
});

test('a process that dies while it refreshes for all costs the others one lease', async () => {
  aws.setFaults([{ target: 'GetParametersByPath', hang: true, times: 4 }]);
  const dying = new Member();
  dying.startLookup();
  for (let waits = 0; waits < 5000 && sourceOperations(aws).length < 5; waits += 1) await sleep(20);
  await dying.kill();

  expect(await askAll([new Member(), new Member()])).toEqual([answers, answers]);

  // One refresh after that of the process that died; on a busy machine, where it outlasts its lease, each may make one.
  expect([2, 3]).toContain(aws.calls.count('ListSecrets'));
  expect((await rowsOf(aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
});
