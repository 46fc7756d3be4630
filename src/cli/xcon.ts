#!/usr/bin/env node
import { pathToFileURL } from 'node:url';
import { version } from '../../package.json';
import { type ChildProgram, type CliInput, type CliOutput, type Prompts } from './host';
import { runXcon } from './run-xcon';

function outputOf(stream: NodeJS.WriteStream): CliOutput {
  // A reader that stops, as `head` does, is no reason to fail.
  stream.on('error', () => undefined);
  return {
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      // A terminal whose size is not known has 0.
      return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
    },
    write: (data) => {
      if (stream.writable) stream.write(data);
    },
  };
}

const stdin: CliInput = {
  isTerminal: process.stdin.isTTY,
  read: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  },
};

function onSignal(names: readonly NodeJS.Signals[], listener: (name: NodeJS.Signals) => void): () => void {
  for (const name of names) process.on(name, listener);
  return () => {
    for (const name of names) process.off(name, listener);
  };
}

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProgram {
  // Loaded here, since every other command does without it.
  const starting = import('node:child_process').then(({ spawn }) => {
    const child = spawn(command, args, { env: { ...env }, stdio: 'inherit' });
    const ended = new Promise<Awaited<ChildProgram['ended']>>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    return { child, ended };
  });
  return {
    ended: starting.then(({ ended }) => ended),
    kill: (name) => void starting.then(({ child }) => child.kill(name)).catch(() => undefined),
  };
}

function every(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms).unref();
  return () => clearInterval(timer);
}

/** Asks at the terminal, on standard error, so that standard output has the answer of the command alone. */
const terminalPrompts: Prompts = {
  async confirm(question, signal) {
    const { confirm } = await import('@clack/prompts');
    const answer = await confirm({ message: question, initialValue: false, output: process.stderr, signal });
    return answer === true;
  },

  async text(question, signal) {
    const { isCancel, text } = await import('@clack/prompts');
    const answer = await text({ message: question, output: process.stderr, signal });
    return isCancel(answer) ? undefined : answer;
  },

  async hidden(question, signal) {
    const { isCancel, password } = await import('@clack/prompts');
    const answer = await password({ message: question, output: process.stderr, signal });
    return isCancel(answer) ? undefined : answer;
  },
};

void runXcon(process.argv.slice(2), {
  stdin,
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  version,
  prompts: terminalPrompts,
  onSignal,
  spawn: start,
  importModule: (path) => import(pathToFileURL(path).href) as Promise<Readonly<Record<string, unknown>>>,
  every,
}).then((code) => {
  process.exitCode = code;
});
