import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dependencies } from '../../package.json';
import { commands } from '../../src/cli/commands';
import { type LocalAws, startLocalAws } from '../../src/testing';
import { BuiltCommand } from './built-command';
import { demoSeed, folderWith } from './run-xcon';
import { patientVariables } from '../setup/patience';

/** Modules of `commander` that its entry loads; all else of a process is counted by package. */
const parserModules = 7;
/** So long that what is asked at the same moment has arrived before the first answer, on a busy machine, too. */
const latencyMs = 1000;

let built: BuiltCommand;
let hook: string;
let list: string;

beforeAll(() => {
  built = new BuiltCommand();
  hook = join(built.folder, 'loaded.cjs');
  list = join(built.folder, 'loaded.json');
  const write = `require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify(Object.keys(require.cache)))`;
  writeFileSync(hook, `process.once('exit', () => ${write});`);
});

afterAll(() => built.remove());

/** What a process has loaded. */
interface Loaded {
  /** Files of the package. */
  readonly own: readonly string[];
  /** Packages that this one depends on; those that they depend on are left out. */
  readonly packages: readonly string[];
  /** How many modules of the parser there are. */
  readonly parser: number;
}

/** Runs the built command. @returns What it has printed and loaded. */
async function loadedBy(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  cwd: string = built.folder,
) {
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env;
  const env = { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED, LOADED: list, ...variables };
  const program = join(built.folder, 'dist/cjs/xcon.js');
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', hook, program, ...args], { cwd, env });
  return { stdout, loaded: sorted(JSON.parse(readFileSync(list, 'utf8')) as readonly string[]) };
}

function sorted(files: readonly string[]): Loaded {
  const [own, others] = [new Set<string>(), new Set<string>()];
  for (const file of files) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
    if (name !== undefined && name in dependencies) others.add(name);
    if (name === undefined && file !== hook) own.add(file.slice(file.lastIndexOf('/') + 1));
  }
  const parser = files.filter((file) => file.includes('/node_modules/commander/')).length;
  return { own: [...own].toSorted(), packages: [...others].toSorted(), parser };
}

describe('what the built command loads', () => {
  const help = { own: ['xcon.js'], packages: ['commander'], parser: parserModules };

  it.each(['--help', '--version'])('for %s is its parser, and nothing of the library', async (option) => {
    expect((await loadedBy([option])).loaded).toEqual(help);
  });

  it.each(commands.map(({ name }) => name))(
    'for the help of %s is its parser, and nothing of the library',
    async (name) => {
      const { loaded, stdout } = await loadedBy([...name.split(' '), '--help']);

      expect(stdout).toContain(`Usage: xcon ${name}`);
      expect(loaded).toEqual(help);
    },
  );
});

it('uses what it has loaded of the SDK without making a copy of it', () => {
  const files = ['core.js', 'shared.js', 'later.js', 'entries.js', 'testing.js'];
  const texts = files.map((file) => readFileSync(join(built.folder, 'dist/cjs', file), 'utf8'));

  expect(texts.join('')).toMatch(/=> +\(?require\("@aws-sdk\/client-ssm"\)/);
  expect(texts.join('')).not.toMatch(/=> +__toESM\(require\("(@aws-sdk\/|\.\/later)/);
});

describe('what the built command loads and asks', () => {
  const own = ['-s', 'orders', '-e', 'prod'];
  const library = ['core.js', 'index.js', 'later.js', 'shared.js', 'xcon.js'];
  const [dynamo, secrets, ssm] = ['dynamodb', 'secrets-manager', 'ssm'].map((name) => `@aws-sdk/client-${name}`);
  const listing = { GetParametersByPath: 4, ListSecrets: 1 };
  let aws: LocalAws;

  beforeEach(async () => {
    aws = await startLocalAws({ seed: demoSeed });
  });

  afterEach(() => aws.close());

  /** Runs a command line at a local AWS that takes its time. */
  async function asked(args: readonly string[], variables: Readonly<Record<string, string>> = {}, cwd?: string) {
    aws.calls.clear();
    aws.setLatency(latencyMs);
    const env = { ...aws.environment, ...patientVariables, ...variables };
    const { loaded, stdout } = await loadedBy([...args.slice(0, 1), ...own, ...args.slice(1)], env, cwd);
    aws.setLatency(0);
    const requests: Record<string, number> = {};
    for (const { operation } of aws.calls.all) requests[operation] = (requests[operation] ?? 0) + 1;
    return { stdout, loaded, requests, rounds: aws.calls.rounds() };
  }

  it.each([
    ['get', ['get', 'DB_HOST', '--no-cache'], listing, 1],
    ['get of a secret', ['get', 'DB_PASSWORD', '--reveal', '--no-cache'], { ...listing, GetSecretValue: 1 }, 2],
    ['list', ['list', '--no-cache'], listing, 1],
    ['explain', ['explain', 'DB_HOST', '--no-cache'], listing, 1],
    ['run', ['run', '--only', 'DB_HOST', '--no-cache', '--', 'true'], listing, 1],
  ])('for %s without the cache table is the sources alone', async (_, args, requests, rounds) => {
    const run = await asked(args);

    expect(run).toMatchObject({ requests, rounds });
    expect(run.loaded).toEqual({ own: library, packages: [secrets, ssm, 'commander'], parser: parserModules });
  });

  it('for get is the cache table alone where it has the answer', async () => {
    await loadedBy(['get', 'DB_HOST', ...own], { ...aws.environment, ...patientVariables });

    const run = await asked(['get', 'DB_HOST']);

    expect(run).toMatchObject({ stdout: 'db.shop.internal', requests: { Query: 1 }, rounds: 1 });
    expect(run.loaded).toEqual({ own: library, packages: [dynamo, 'commander'], parser: parserModules });
  });

  it('for get is one round for the cache table and one for the sources where there is no such table', async () => {
    const run = await asked(['get', 'DB_HOST'], { XCON_CACHE_TABLE: 'none' });

    expect(run).toMatchObject({ stdout: 'db.shop.internal', requests: { Query: 1, ...listing }, rounds: 2 });
    expect(run.loaded.packages).toEqual([dynamo, secrets, ssm, 'commander']);
  });

  it('for a project with xcon.yaml is the parser of YAML, too', async () => {
    const project = folderWith({ 'xcon.yaml': 'service: orders\n' });

    const { loaded } = await asked(['get', 'DB_HOST', '--no-cache'], {}, project);

    expect(loaded.packages).toEqual([secrets, ssm, 'commander', 'yaml']);
  });
});
