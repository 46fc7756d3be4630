/**
 * Runs what CI checks beside `npm test`: two checks at a time where each uses one core, and one alone where it uses all of them. What a
 * check prints is shown whole when it has ended. When one fails, the others still run; the first one that failed is named at the end, in
 * a table with the time that each has taken.
 *
 * Usage: node .ci/checks.mjs [name...]      without names: all of them, in this order
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { root } from './build/project.mjs';
import { pack } from './pack.mjs';
import { forEachOf, inFolder } from './projects.mjs';

/** After so long a check is ended, so that what it has printed is seen. */
const limitMs = 20 * 60_000;

const npm = (script, ...args) => ['npm', 'run', script, ...(args.length > 0 ? ['--', ...args] : [])];
const model = (seconds, seed, rule) =>
  npm('check:model', '--seconds', `${seconds}`, '--seed', `${seed}`, '--without', rule);

/**
 * The checks by name: a command, given the tarball of the package.
 *
 * `usesAllCores`: it runs alone, and its output is shown at once.
 * `finds`: the command must exit with 1 and print this; a check has to find what it is given to find.
 */
const checks = {
  build: { command: () => npm('build') },
  types: { command: () => npm('types') },
  // The suites that `npm test` leaves out.
  'long suites': { command: () => npm('test:all', '--selectProjects', 'long', '--ci'), usesAllCores: true },
  lint: { command: () => npm('lint') },
  'check:model': { command: () => npm('check:model', '--seconds', '60') },
  // Without a rule of the library, the checker ends as soon as an answer breaks it.
  'check:model without A.1': { command: () => model(300, 11, 'A.1'), finds: /^without A.1 +[1-9]/m },
  'check:model without A.2': { command: () => model(120, 7, 'A.2'), finds: /^without A.2 +[1-9]/m },
  'check:model without A.7': { command: () => model(120, 7, 'A.7'), finds: /^without A.7 +[1-9]/m },
  'docs:site': { command: () => npm('docs:site') },
  'format:check': { command: () => npm('format:check') },
  'package:check': { command: (tarball) => npm('package:check', tarball()) },
  soak: { command: () => npm('soak', '--seconds', '10') },
  'soak on forged answers': {
    command: () => npm('soak', '--seconds', '5', '--forge', '20'),
    finds: /^wrong answers +[1-9]/m,
  },
  'docs:words': { command: () => npm('docs:words') },
  'docs:style': { command: () => npm('docs:style') },
  demo: { command: () => npm('demo') },
  consumers: { command: (tarball) => npm('consumers', '--tarball', tarball()), usesAllCores: true },
  'types:matrix': { command: (tarball) => npm('types:matrix', '--tarball', tarball()), usesAllCores: true },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => checks[name] === undefined);
if (unknown.length > 0)
  throw new Error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`);

const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    endChildren();
    process.kill(process.pid, signal);
  });
}
process.once('exit', endChildren);

await inFolder(async (folder) => {
  let tarball;
  const packed = () => (tarball ??= pack(folder));
  const results = [];
  for (const group of groupsOf(names.length > 0 ? names : Object.keys(checks)))
    await forEachOf(group, async (name) => results.push(await run(name, packed)));
  printTable(results);
  const failed = results.filter(({ passes }) => !passes).map(({ name }) => name);
  if (failed.length === 0) return;
  const others = failed.length > 1 ? ` It was followed by: ${failed.slice(1).join(', ')}.` : '';
  console.error(`\nFailed: ${failed[0]}.${others}`);
  process.exitCode = 1;
});

/** Puts together what may run at the same time, in the given order. */
function groupsOf(chosen) {
  const groups = [];
  for (const name of chosen) {
    const last = groups.at(-1);
    const runsAlone = (each) => checks[each].usesAllCores === true;
    if (last === undefined || runsAlone(name) || runsAlone(last[0])) groups.push([name]);
    else last.push(name);
  }
  return groups;
}

/** Runs a check and prints how it ended. */
async function run(name, packed) {
  const { command, finds, usesAllCores = false } = checks[name];
  const begin = performance.now();
  if (usesAllCores) console.log(`\n== ${name}`);
  const { code, output, processorSeconds } = await ended(command, packed, usesAllCores);
  const seconds = (performance.now() - begin) / 1000;
  const passes = finds === undefined ? code === 0 : code === 1 && finds.test(output);
  const reason = finds !== undefined && code === 0 ? 'it should have found something' : `exit code ${code}`;
  const verdict = passes ? `passed in ${Math.round(seconds)} s` : `FAILED (${reason})`;
  console.log(usesAllCores ? `== ${name}: ${verdict}` : `\n== ${name}: ${verdict}\n${output.trimEnd()}`);
  return { name, passes, seconds, processorSeconds };
}

/** Runs a command to its end. */
async function ended(command, packed, isShownAtOnce) {
  let args;
  try {
    args = command(packed);
  } catch (error) {
    return { code: 1, output: `${error.message}\n`, processorSeconds: 0 };
  }
  // Bash measures the processor time of all processes of a command; it goes to a channel of its own.
  const timed = 'TIMEFORMAT="%U %S"; { time "$@" 2>&1; } 2>&3';
  const child = spawn('bash', ['-c', timed, ...['bash', ...args]], {
    cwd: root,
    // A group of its own, which can be ended with all of its processes.
    detached: true,
    stdio: ['ignore', isShownAtOnce ? 'inherit' : 'pipe', 'inherit', 'pipe'],
  });
  children.add(child);
  const limit = setTimeout(() => end(child), limitMs);
  const [printed, times] = [child.stdout, child.stdio[3]].map(textOf);
  const [code, signal] = await once(child, 'close');
  clearTimeout(limit);
  children.delete(child);
  const processorSeconds = times()
    .trim()
    .split(/\s+/)
    .reduce((sum, each) => sum + Number(each), 0);
  return { code: code ?? signal, output: printed(), processorSeconds };
}

/** Gathers what comes from a stream. @returns What gives it. */
function textOf(stream) {
  const chunks = [];
  stream?.on('data', (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

function endChildren() {
  for (const child of children) end(child);
}

function end(child) {
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch (error) {
    // It has ended meanwhile.
    if (error.code !== 'ESRCH') throw error;
  }
}

function printTable(results) {
  const rows = results.map(({ name, passes, seconds, processorSeconds }) => [
    name,
    passes ? 'passed' : 'FAILED',
    `${Math.round(seconds)}`,
    `${Math.round(processorSeconds)}`,
  ]);
  const table = [['Check', 'Result', 'Seconds', 'Processor seconds'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  console.log(`\n${table.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ')).join('\n')}`);
}
