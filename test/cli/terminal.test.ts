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

describe('xcon run at a terminal', () => {
  /** A program that says how often it got Ctrl-C, a moment after the first, and ends with 7. */
  const counting = [
    'let count = 0;',
    'process.on("SIGINT", () => { count += 1; });',
    'process.once("SIGINT", () => setTimeout(() => { console.log("interrupted " + count + " times"); process.exit(7); }, 1000));',
    'setInterval(() => undefined, 1e6);',
    'console.log(`ready with ${process.env.HOST}`);',
  ].join(' ');

  it('gives Ctrl-C to the program once, and ends with its exit code', async () => {
    writeFileSync(join(built.folder, 'counting.js'), counting);
    const run = built.startAtTerminal(
      `run -s orders -e prod --no-cache -- '${process.execPath}' counting.js`,
      variables(),
    );

    await run.shows('ready with old');
    run.type(ctrlC);

    expect(await run.exitCode()).toBe(7);
    expect(run.screen).toContain('interrupted 1 times');
  });

  it('ends with 130 where Ctrl-C ended the program, and leaves the terminal as it was', async () => {
    writeFileSync(
      join(built.folder, 'raw.js'),
      'process.stdin.setRawMode(false); console.log("ready"); setInterval(() => 0, 1e6);',
    );
    const script = [
      'before=$(stty -g)',
      `xcon run -s orders -e prod --no-cache -- '${process.execPath}' raw.js`,
      'echo "code $?"',
      '[ "$before" = "$(stty -g)" ] && echo "same terminal"',
    ];
    const run = built.startShellAtTerminal(`trap : INT; ${script.join('; ')}`, variables());

    await run.shows('ready');
    run.type(ctrlC);

    await run.exitCode();
    expect(run.screen).toContain('code 130');
    expect(run.screen).toContain('same terminal');
  });

  it('restarts the program with --watch when a value has changed', async () => {
    writeFileSync(
      join(built.folder, 'watched.js'),
      'console.log(`HOST is ${process.env.HOST}`); setInterval(() => 0, 1e6);',
    );
    const run = built.startAtTerminal(
      `run -s orders -e prod --no-cache --watch --every 1 -- '${process.execPath}' watched.js`,
      variables(),
    );

    await run.shows('HOST is old');
    aws.putParameter('/orders/prod/HOST', 'new');
    await run.shows('HOST is new');
    run.type(ctrlC);

    expect(await run.exitCode()).toBe(130);
    expect(run.screen).toContain('xcon: a value has changed; the program is restarted.');
  });
});

it.each(['y', 'n', ctrlC])('the terminal is as it was after a question that %j answers', async (keys) => {
  const script = [
    'before=$(stty -g)',
    'xcon set HOST new -s orders -e prod --no-cache',
    '[ "$before" = "$(stty -g)" ] && echo "same terminal"',
  ];
  const run = built.startShellAtTerminal(script.join('; '), variables());

  await run.shows('Write it\\?');
  run.type(keys);

  await run.exitCode();
  expect(run.screen).toContain('same terminal');
});

it('unset asks at a terminal, and removes nothing without a yes', async () => {
  const kept = xcon('unset HOST');
  await kept.shows('Remove it\\?');
  kept.type('n');
  expect(await kept.exitCode()).toBe(4);
  expect(aws.calls.count('DeleteParameter')).toBe(0);

  const removed = xcon('unset HOST');
  await removed.shows('Remove it\\?');
  removed.type('y');

  expect(await removed.exitCode()).toBe(0);
  expect(removed.screen).toContain('removed /orders/prod/HOST in ssm');
  expect(aws.calls.count('DeleteParameter')).toBe(1);
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
