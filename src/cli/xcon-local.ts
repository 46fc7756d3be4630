#!/usr/bin/env node
import { setTimeout } from 'node:timers/promises';
import { version } from '../../package.json';
import { localCommand } from './local-command';

/** Between two looks at the seed file; it is read when it was the same at two in a row. */
const pauseMs = 100;

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
// A reader that stops, as `head` does, is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

void localCommand(process.argv.slice(2), {
  version,
  output: {
    result: (text) => void process.stdout.write(text),
    message: (text) => void process.stderr.write(text),
  },
  pause: () => setTimeout(pauseMs, true, { signal: stopped.signal }).catch(() => false),
}).then((code) => {
  process.exitCode = code;
});
