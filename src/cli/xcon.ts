#!/usr/bin/env node
import { version } from '../../package.json';
import { type CliInput, type CliOutput } from './host';
import { runXcon } from './run-xcon';
import { terminalPrompts } from './terminal-prompts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function outputOf(stream: NodeJS.WriteStream): CliOutput {
  // A reader that stops, as `head` does, is no reason to fail.
  stream.on('error', () => undefined);
  return {
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
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

function onSignal(listener: (name: NodeJS.Signals) => void): () => void {
  for (const name of signals) process.on(name, listener);
  return () => {
    for (const name of signals) process.off(name, listener);
  };
}

function every(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms).unref();
  return () => clearInterval(timer);
}

void runXcon(process.argv.slice(2), {
  stdin,
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  version,
  prompts: terminalPrompts,
  onSignal,
  every,
}).then((code) => {
  process.exitCode = code;
});
