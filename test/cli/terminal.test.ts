import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '../../src/testing';
import { BuiltCommand, type TerminalCommand } from './built-command';
import { patientVariables } from '../setup/patience';

const canary = 'canary-5up3r-s3cret';
const ctrlC = '\u0003';
const settings = Array.from({ length: 40 }, (_, index) => [`N${index}`, `value ${index} `.repeat(20).trim()] as const);

let built: BuiltCommand;
let aws: LocalAws;

beforeAll(() => {
  built = new BuiltCommand();
  const lines = settings.map(([name, value]) => `${name}="${value}"`);
  writeFileSync(join(built.folder, 'many.env'), `${lines.join('\n')}\n`);
});

beforeEach(async () => {
  aws = await startLocalAws({ seed: { ssm: { '/orders/prod/HOST': 'old' } } });
});

afterEach(() => aws.close());
afterAll(() => built.remove());

const variables = () => ({
  ...aws.environment,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...patientVariables,
  XCON_SSM_WRITES_PER_SECOND: '10',
});

function xcon(line: string): TerminalCommand {
  return built.startAtTerminal(`${line} -s orders -e prod --no-cache`, variables());
}

/** The parameters below a path that have been written, as they are now. */
function written(): ReadonlyMap<string, string> {
  const names = aws.calls.of('PutParameter').filter(({ outcome }) => outcome === 'ok');
  return new Map(names.map(({ body }) => [(body as { readonly Name: string }).Name, 'written']));
}

/** Waits until so many parameters have been written. */
function untilWritten(count: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = aws.onChange(() => {
      if (written().size < count) return;
      stop();
      resolve();
    });
  });
}

/** Reads all settings of the file, with a command that waits for nothing. */
async function readBack(): Promise<Readonly<Record<string, string>>> {
  const names = settings.map(([name]) => name);
  const script = join(built.folder, 'dist/cjs/xcon.js');
  const args = [script, 'get', ...names, '-s', 'orders', '-e', 'prod', '--no-cache', '--json'];
  const env = { ...process.env, ...variables() };
  const child = spawn(process.execPath, args, { cwd: built.folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  const { settings: found } = JSON.parse(out) as { settings: { name: string; found: boolean; value: string }[] };
  return Object.fromEntries(found.filter((each) => each.found).map(({ name, value }) => [name, value]));
}

/** Whether each setting that is there has the whole value of the file. */
async function expectWhole(): Promise<number> {
  const values = await readBack();
  const wanted = new Map<string, string>(settings);
  for (const [name, value] of Object.entries(values)) expect([name, value]).toEqual([name, wanted.get(name)]);
  return Object.keys(values).length;
}

describe('at a terminal', () => {
  it('a write is shown and asked for', async () => {
    const run = xcon('set HOST new');

    await run.shows('Write it\\?');
    expect(run.screen).toMatch(/now: {2}old\s+then: new/);
    expect(written().size).toBe(0);
    run.type('y');

    expect(await run.exitCode()).toBe(0);
    expect(run.screen).toContain('changed /orders/prod/HOST in ssm, version 2');
  });

  it.each([
    ['n', 'no'],
    ['\r', 'Enter alone'],
    [ctrlC, 'Ctrl-C'],
  ])('nothing is written after %j (%s)', async (keys) => {
    const run = xcon('set HOST new');

    await run.shows('Write it\\?');
    run.type(keys);

    expect([4, 130]).toContain(await run.exitCode());
    expect(run.screen).toContain('Nothing was changed.');
    expect(written().size).toBe(0);
  });

  it('a secret is typed without being shown, and masked where it is confirmed', async () => {
    const run = xcon('set PASSWORD --secret');

    await run.shows('Value of PASSWORD');
    run.type(canary);
    run.type('\r');
    await run.shows('Write it\\?');
    run.type('y');

    expect(await run.exitCode()).toBe(0);
    expect(run.screen).toContain('then: ********');
    expect(run.screen).not.toContain(canary);
    expect([...written().keys()]).toEqual(['/orders/prod/PASSWORD']);
  });

  it('Ctrl-C in the middle of many writes ends what has begun, and a second run writes the rest', async () => {
    const stopping = untilWritten(15);
    const run = xcon('import many.env');
    await run.shows('Write 40 settings\\?');
    run.type('y');
    await stopping;
    run.type(ctrlC);

    expect(await run.exitCode()).toBe(130);
    const count = written().size;
    expect(count).toBeGreaterThanOrEqual(15);
    expect(count).toBeLessThan(40);
    expect(run.screen).toContain(
      `${count} of 40 settings were written. Run it again to go on with the other ${40 - count}.`,
    );
    expect(await expectWhole()).toBe(count);

    const again = xcon('import many.env --yes');

    expect(await again.exitCode()).toBe(0);
    expect(again.screen).toMatch(/Writing \d+ of \d+ settings \.\.\. \d+ s/);
    expect(await expectWhole()).toBe(40);
    expect(aws.calls.of('PutParameter').filter(({ outcome }) => outcome === 'ok')).toHaveLength(40);
  });
});

it('a process that is killed in the middle of many writes leaves none half-written, and a second run writes the rest', async () => {
  const script = join(built.folder, 'dist/cjs/xcon.js');
  const start = () => {
    const args = [script, 'import', 'many.env', '-s', 'orders', '-e', 'prod', '--no-cache', '--yes'];
    return spawn(process.execPath, args, {
      cwd: built.folder,
      env: { ...process.env, ...variables() },
      stdio: 'ignore',
    });
  };
  const stopping = untilWritten(13);
  const killed = start();
  await stopping;
  killed.kill('SIGKILL');
  await once(killed, 'close');

  expect(await expectWhole()).toBeLessThan(40);
  const [code] = (await once(start(), 'close')) as readonly unknown[];

  expect(code).toBe(0);
  expect(await expectWhole()).toBe(40);
});
