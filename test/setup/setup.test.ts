import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { root } from '../docs/documents';

const testFolder = join(root, 'test');
const jestProgram = join(root, 'node_modules/jest/bin/jest.js');

interface SuiteResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

/** Suites that leave something behind, or nothing, by file name. */
const suites = {
  'ends-all': `test('ends all', async () => {
    const server = require('node:net').createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
    clearTimeout(setTimeout(() => undefined, 60_000));
    clearInterval(setInterval(() => undefined, 60_000));
    await new Promise((resolve) => setTimeout(resolve, 1));
  });`,
  'leaves-interval': `test('passes', () => void setInterval(() => undefined, 60_000));`,
  'leaves-server': `test('passes', (done) => {
    require('node:net').createServer().listen(0, '127.0.0.1', done);
  });`,
  'leaves-timer': `test('passes', () => void setTimeout(() => undefined, 60_000));`,
  'uses-contexts': `test('uses contexts, and meets none of an earlier suite', () => {
    const { AsyncLocalStorage } = require('node:async_hooks');
    for (let count = 0; count < 10; count += 1) new AsyncLocalStorage().run({}, () => undefined);
    expect(Object.getOwnPropertySymbols(Promise.resolve()).length).toBeLessThan(20);
  });`,
};

describe('the environment of tests', () => {
  let folder: string;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'xcon-setup-')));
    for (const [name, text] of Object.entries(suites)) writeFileSync(join(folder, `${name}.test.js`), text);
    writeFileSync(join(folder, 'uses-contexts-too.test.js'), suites['uses-contexts']);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('fails a suite that leaves a timer or a listening server, and no other; and leaves no contexts to the next', () => {
    const config = {
      rootDir: folder,
      testEnvironment: join(__dirname, 'environment.cjs'),
      transform: {},
      cache: false,
    };
    const args = [jestProgram, '--runInBand', '--forceExit', '--json', '--config', JSON.stringify(config)];

    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });

    const { testResults } = JSON.parse(stdout) as { readonly testResults: readonly SuiteResult[] };
    const messageOf = (name: string): string => {
      const result = testResults.find((each) => basename(each.name) === `${name}.test.js`);
      return `${result?.status ?? 'not run'}: ${result?.message ?? ''}`;
    };
    expect(status).toBe(1);
    expect(messageOf('ends-all')).toBe('passed: ');
    expect([messageOf('uses-contexts'), messageOf('uses-contexts-too')]).toEqual(['passed: ', 'passed: ']);
    expect(messageOf('leaves-interval')).toMatch(/^failed: [^]*left a timer: setInterval of 60000 ms/);
    expect(messageOf('leaves-server')).toMatch(/^failed: [^]*left 1 server\(s\) listening/);
    expect(messageOf('leaves-timer')).toMatch(/^failed: [^]*left a timer: setTimeout of 60000 ms/);
  });
});

interface Sortable {
  readonly path: string;
  readonly context: { readonly config: { readonly rootDir: string } };
}

type SequencerClass = new (options: object) => { sort(tests: readonly Sortable[]): readonly Sortable[] };

describe('the order of suites', () => {
  const names = ['test/b.test.ts', 'test/a/z.test.ts', 'test/a.test.ts', 'test/c.test.ts', 'test/a/b.test.ts'];
  const Sequencer = jest.requireActual<SequencerClass>('./sequencer.cjs');

  /** Sorts suites of a checkout that is in a folder. */
  function orderOf(all: readonly string[], globalConfig: object, rootDir = '/checkout'): readonly string[] {
    const tests = all.map((name) => ({ path: join(rootDir, name), context: { config: { rootDir } } }));
    return new Sequencer({ contexts: [], globalConfig }).sort(tests).map(({ path }) => relative(rootDir, path));
  }

  test('is that of their paths, whatever the seed and the order in which they were found', () => {
    for (const seed of [1, 2]) {
      for (const found of [names, names.toReversed()]) {
        expect(orderOf(found, { randomize: false, seed })).toEqual([...names].sort());
      }
    }
  });

  test('begins with those that wait longest, which are there', () => {
    const waiting = ['test/end-to-end/credentials.test.ts', 'test/reliability/fault-table.test.ts'];

    expect(orderOf([...names, ...waiting], { randomize: false, seed: 1 }).slice(0, 2)).toEqual(waiting);
    for (const each of waiting) expect(existsSync(join(testFolder, '..', each))).toBe(true);
  });

  test('is one per seed with --randomize, in every checkout', () => {
    const orders = [1, 2, 3, 4].map((seed) => orderOf(names, { randomize: true, seed }));

    for (const [index, seed] of [1, 2, 3, 4].entries()) {
      const again = orderOf(names.toReversed(), { randomize: true, seed }, '/elsewhere');
      expect(again).toEqual(orders[index]);
      expect([...again].sort()).toEqual([...names].sort());
    }
    expect(new Set(orders.map((each) => each.join())).size).toBeGreaterThan(1);
  });
});

describe('limits of real time in tests', () => {
  /** A limit of less than a second, as an option, a signal, or an expectation of what something took. */
  const shortLimit = new RegExp(
    [
      /\b(?:lookupBudgetMs|\w*[tT]imeoutMs|timeout):\s*[\d_]{1,3}\b(?![\d_])/,
      /\b(?:AbortSignal\.timeout|timeoutSignal|withTimeoutSignal)\(\s*[\d_]{1,3}\s*[,)]/,
      /(?:performance\.now\(\)|Date\.now\(\)|\b(?:took|elapsed|duration)\w*)[^;\n]*\.toBeLess\w+\(\s*[\d_]{1,3}\s*\)/,
    ]
      .map(({ source }) => source)
      .join('|'),
  );
  /** Where one is all right: what is waited for never comes in time, however fast the machine is. */
  const allowed: Readonly<Record<string, string>> = {
    'aws/aws-clients.test.ts': 'settings that are read back; a server that never answers',
    'aws/credentials.test.ts': 'limits a source of credentials alone, which gives them at once or never',
    'config/lambda-freeze-guard.test.ts': 'a provider that never answers',
    'config/lookup.test.ts': 'sources that never answer before the lookup has failed',
    'config/warm.test.ts': 'a provider that never gets ready',
    'unhandled/provider-scenarios.ts': 'a provider that never answers',
  };

  test('are a second at least, but where nothing can come in time', () => {
    const files = readdirSync(testFolder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.ts') && !path.includes('node_modules') && path !== relative(testFolder, __filename),
    );

    const found = files.filter((path) => shortLimit.test(readFileSync(join(testFolder, path), 'utf8')));

    expect(found.sort()).toEqual(Object.keys(allowed).sort());
  });

  test.each([
    ['lookupBudgetMs: 500', true],
    ['{ requestTimeoutMs: 20 }', true],
    ['lookupBudgetMs: 1_000', false],
    ['requestTimeoutMs: 5000', false],
    ['AbortSignal.timeout(50)', true],
    ['withTimeoutSignal(50, work)', true],
    ['AbortSignal.timeout(50_000)', false],
    ['expect(performance.now() - begun).toBeLessThan(300)', true],
    ['expect(tookMs).toBeLessThanOrEqual(300)', true],
    ['expect(tookMs).toBeLessThan(3000)', false],
    ['expect(count).toBeLessThan(300)', false],
  ])('are recognized: %s', (text, isShort) => {
    expect(shortLimit.test(text)).toBe(isShort);
  });
});
