import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answers, readAnswers } from '../../../src/config/last-known-good/kept-answers';
import { openAnswers } from '../../../src/config/last-known-good/sealed-answers';
import { bundleScript, type BundledScript } from '../../cache/e2e/bundle-script';
import { testKey } from '../../base/test-key';

jest.setTimeout(120_000);

let script: BundledScript;
let folder: string;
let file: string;
let children: ChildProcess[];

beforeAll(async () => {
  script = await bundleScript(join(__dirname, 'store-process.ts'));
});

afterAll(() => script.remove());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xcon-processes-'));
  file = join(folder, 'answers');
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  await rm(folder, { recursive: true });
});

/** Starts a process, up to where it waits for {@link begin}. */
async function start(task: 'write' | 'loop' | 'fail', prefix: string): Promise<ChildProcess> {
  const { PATH } = process.env;
  const child = fork(script.path, [file, task, prefix], { env: { PATH, ...script.environment }, execArgv: [] });
  children.push(child);
  await once(child, 'message');
  return child;
}

/** Lets a process begin. @returns Its first message. */
async function begin(child: ChildProcess): Promise<unknown> {
  const message = once(child, 'message');
  child.send('begin');
  return ((await message) as readonly unknown[])[0];
}

/** Waits for a process to end by itself. @returns Its exit code. */
async function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended(child);
}

/** The names of which the file has the right answer; fails when it cannot be opened. */
async function namesInFile(): Promise<readonly string[]> {
  const opened = openAnswers(await readFile(file), { environ: '/orders/all', key: testKey(7) });
  const answers: Answers | undefined = typeof opened === 'string' ? undefined : readAnswers(opened);
  const entries = [...(answers?.values() ?? [])].flatMap((names) => [...names]);
  return entries.filter(([name, { item }]) => item?.value === `of ${name}`).map(([name]) => name);
}

it('eight processes that write at the same time lose no answer of 160, and leave nothing beside the file', async () => {
  const writers = await Promise.all(Array.from({ length: 8 }, (_, index) => start('write', `p${index}`)));

  await Promise.all(writers.map(begin));
  const codes = await Promise.all(writers.map(ended));

  expect(codes).toEqual(codes.map(() => 0));
  expect(new Set(await namesInFile()).size).toBe(160);
  expect(await readdir(folder)).toEqual(['answers']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('writers that are killed, whatever they are doing, leave a whole file, and nothing once another has written', async () => {
  const prefixes = ['a', 'b', 'c', 'd'];
  const written = new Set<string>();
  for (let round = 0; round < 5; round += 1) {
    const writers = await Promise.all(prefixes.map((each) => start('loop', `${each}${round}`)));
    await Promise.all(writers.map(begin));
    await new Promise((resolve) => setTimeout(resolve, 40 * round));
    await Promise.all(writers.map(kill));
    for (const each of prefixes) for (let index = 0; index < 20; index += 1) written.add(`${each}${round}_${index}`);
  }

  const last = await start('write', 'last');
  await begin(last);
  await ended(last);

  expect(
    [...written].filter(
      (
        (names) => (name) =>
          !names.has(name)
      )(new Set(await namesInFile())),
    ),
  ).toEqual([]);
  expect(await readdir(folder)).toEqual(['answers']);
});

it('a pipe in the place of the file holds up neither lookups, nor close(), nor the end of the process', async () => {
  execFileSync('mkfifo', ['-m', '600', file]);

  const [reader, writer] = await Promise.all([start('fail', 'x'), start('write', 'y')]);
  const found = await begin(reader);
  await begin(writer);

  expect([found, await ended(reader), await ended(writer)]).toEqual(['ProviderError', 0, 0]);
  expect((await lstat(file)).isFIFO()).toBe(true);
  expect(await readdir(folder)).toEqual(['answers']);
});
