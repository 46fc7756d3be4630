import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandEntry } from '../../src/cli/command';
import { type CliHost } from '../../src/cli/host';
import { runXcon } from '../../src/cli/run-xcon';
import { type Dependency } from '../../src/di/context';
import { type LocalAws, startLocalAws } from '../../src/testing';

/** The seed of the demo: settings of `orders` in `prod`. */
export const demoSeed = join(__dirname, '../../docs/demo/seed.yaml');

/** The process around a command of a test. */
export interface FakeHost {
  /** AWS that it asks; absent: none can be reached. */
  readonly aws?: Pick<LocalAws, 'environment'>;
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** What standard input holds. */
  readonly input?: string | Buffer;
  /** Whether standard input, output and error are a terminal. Default: false. */
  readonly terminal?: boolean;
  readonly columns?: number;
  /** Answers to the questions, in order: of yes and no, and typed ones; `undefined` cancels. */
  readonly answers?: readonly (boolean | string | undefined)[];
  /** Default: a folder without an `xcon.yaml`. */
  readonly cwd?: string;
  readonly dependencies?: readonly Dependency[];
  /** Starts programs. */
  readonly spawn?: CliHost['spawn'];
  readonly entries?: readonly CommandEntry[];
  /** Gets what sends a signal to the command. */
  readonly onStart?: (send: (name: NodeJS.Signals) => void) => void;
  /** Takes the callbacks that are called again and again. */
  readonly every?: CliHost['every'];
}

/** How a command ended. */
export interface CommandRun {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  readonly bytes: Buffer;
  /** Standard error. */
  readonly err: string;
  /** The questions that were asked. */
  readonly questions: readonly string[];
}

/** Code that messages of the library name, and no command may: its user writes any language, or none. */
const libraryCode =
  /\bxconSettings\b|\bAwsClients\b|\bnew [A-Z]\w*\(|\bconfig\.\w+\(|\b(?:setting|secret|policy|require|provide\w+)\(/;

/** Runs `xcon` in this process, with none but the given variables. @throws Error when what it says names code of the library. */
export async function xcon(args: readonly string[], fake: FakeHost = {}): Promise<CommandRun> {
  const { terminal: isTerminal = false, input = '', columns, answers = [] } = fake;
  const out: Buffer[] = [];
  const err: string[] = [];
  const questions: string[] = [];
  const listeners = new Set<(name: NodeJS.Signals) => void>();
  const replies = [...answers];
  const ask = (question: string): boolean | string | undefined => {
    questions.push(question);
    if (replies.length === 0) throw new Error(`Nobody answers: ${question}`);
    return replies.shift();
  };
  const host: CliHost = {
    stdin: { isTerminal, read: () => Promise.resolve(Buffer.from(input)) },
    stdout: { isTerminal, columns, write: (data) => void out.push(Buffer.from(data)) },
    stderr: { isTerminal, columns, write: (data) => void err.push(Buffer.from(data).toString()) },
    env: process.env,
    cwd: fake.cwd ?? emptyFolder(),
    version: '1.2.3',
    prompts: {
      confirm: (question) => Promise.resolve(ask(question) === true),
      text: (question) => Promise.resolve(ask(question) as string | undefined),
      hidden: (question) => Promise.resolve(ask(question) as string | undefined),
    },
    onSignal: (names, listener) => {
      const listen = (name: NodeJS.Signals): void => (names.includes(name) ? listener(name) : undefined);
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    spawn:
      fake.spawn ?? (() => ({ ended: Promise.reject(new Error('No program can be started.')), kill: () => undefined })),
    importModule: (path) => import(path) as Promise<Record<string, unknown>>,
    every: fake.every ?? (() => () => undefined),
    ...(fake.dependencies && { dependencies: fake.dependencies }),
  };
  fake.onStart?.((name) => {
    for (const each of listeners) each(name);
  });
  const code = await withVariables({ ...fake.aws?.environment, ...fake.env }, () => runXcon(args, host, fake.entries));
  const bytes = Buffer.concat(out);
  const outcome = { code, out: bytes.toString(), bytes, err: err.join(''), questions };
  const named = libraryCode.exec(`${outcome.out}${outcome.err}`);
  if (named !== null) throw new Error(`It names code: ${named[0]} in ${outcome.out}${outcome.err}`);
  return outcome;
}

/** Starts a local AWS for each test of a file, with the seed of the demo unless another is given. */
export function useLocalAws(seed: Parameters<typeof startLocalAws>[0] = { seed: demoSeed }): {
  readonly aws: LocalAws;
} {
  const holder: { aws?: LocalAws } = {};
  beforeEach(async () => {
    holder.aws = await startLocalAws(seed);
  });
  afterEach(() => holder.aws?.close());
  return {
    get aws() {
      if (holder.aws === undefined) throw new Error('The local AWS has not been started.');
      return holder.aws;
    },
  };
}

/** Makes a folder with these files, which is removed after the tests of the file. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'xcon-cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const folders: string[] = [];

afterAll(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true });
});

function emptyFolder(): string {
  return folders[0] ?? folderWith({});
}

async function withVariables<T>(variables: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  const replace = (all: NodeJS.ProcessEnv): void => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, all);
  };
  replace({
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  });
  try {
    return await run();
  } finally {
    replace(before);
  }
}
