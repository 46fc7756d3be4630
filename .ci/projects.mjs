import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './build/project.mjs';

/** How many programs run at a time. */
const parallel = 2;

/** Calls a function with a new folder outside the repository, and removes the folder afterwards. */
export async function inFolder(fn) {
  const folder = mkdtempSync(join(tmpdir(), 'xcon-ci-'));
  try {
    return await fn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a program to its end.
 *
 * @returns Whether it exited with 0, and what it printed, on either stream.
 */
export async function run(program, args, { cwd, env = {} }) {
  const silent = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...silent, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  return { passes: code === 0, output: Buffer.concat(chunks).toString() };
}

/**
 * Installs a project that has a package.json, and the package from its tarball.
 *
 * What the repository has, too, is installed in the version of its lockfile, unless `isLocked` is false.
 */
export function install(project, tarball, { isLocked = true } = {}) {
  if (isLocked) writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lockOf(project)));
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  return run('npm', ['install', ...flags, tarball], { cwd: project });
}

function lockOf(project) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  return { ...lock, name: manifest.name, packages: { ...lock.packages, '': manifest } };
}

/** Calls a function for each item, for some at a time. @returns What it gives, in the order of the items. */
export async function forEachOf(items, fn) {
  const results = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await fn(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}
