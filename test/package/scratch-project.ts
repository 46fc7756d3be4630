import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');
const execute = promisify(execFile);

/** What a program said, and how it ended. */
export interface Outcome {
  readonly code: number;
  /** What it printed, on either stream. */
  readonly output: string;
}

/** Makes a folder outside the repository. */
export function makeFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'xcon-package-')));
}

/** Removes a folder and everything in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Builds the package, unless the repository's `dist` is up to date, and packs it, as publishing does. `dist` is not touched.
 *
 * @returns Path of the tarball.
 */
export async function packPackage(folder: string): Promise<string> {
  const stage = join(folder, 'stage');
  mkdirSync(stage);
  for (const each of ['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs', 'infra', 'src']) {
    cpSync(join(root, each), join(stage, each), { recursive: true });
  }
  await runOrThrow(process.execPath, ['.ci/build.mjs', '--reuse', '--out', join(stage, 'dist')], root);
  return join(
    folder,
    await runOrThrow('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], stage),
  );
}

/** Runs a script of the repository. */
export function runScript(file: string, ...args: readonly string[]): Promise<Outcome> {
  return run(process.execPath, [join(root, file), ...args], root);
}

/** Gives the path of a tool that the repository has installed. */
export function toolPath(name: string): string {
  return join(root, 'node_modules/.bin', name);
}

/** A project of a user's, outside the repository, with the packed package in its `node_modules`. */
export class ScratchProject {
  private constructor(readonly folder: string) {}

  /**
   * Installs the package.
   *
   * @param packages - Installed beside it and beside what it depends on; linked to the repository's copies.
   */
  static async create(tarball: string, packages: readonly string[] = []): Promise<ScratchProject> {
    const project = new ScratchProject(mkdtempSync(join(dirname(tarball), 'project-')));
    const modules = join(project.folder, 'node_modules');
    project.write('package.json', JSON.stringify({ name: 'orders', version: '1.0.0', private: true }));
    mkdirSync(join(modules, 'xcon'), { recursive: true });
    await runOrThrow('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'xcon')], project.folder);
    for (const each of [...project.dependencies(), ...packages]) {
      mkdirSync(dirname(join(modules, each)), { recursive: true });
      symlinkSync(join(root, 'node_modules', each), join(modules, each), 'dir');
    }
    return project;
  }

  /** Writes a file. */
  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Reads a file. */
  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Runs Node there. */
  node(...args: readonly string[]): Promise<Outcome> {
    return run(process.execPath, args, this.folder);
  }

  /** Runs a tool there that the repository has installed. */
  tool(name: string, ...args: readonly string[]): Promise<Outcome> {
    return run(toolPath(name), args, this.folder);
  }

  private dependencies(): readonly string[] {
    const manifest = JSON.parse(this.read('node_modules/xcon/package.json')) as {
      dependencies: Record<string, string>;
    };
    return Object.keys(manifest.dependencies);
  }
}

async function run(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env = { PATH: process.env['PATH'], HOME: cwd, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  try {
    const { stdout, stderr } = await execute(program, args, { cwd, env });
    return { code: 0, output: `${stdout}${stderr}`.trim() };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, output: `${stdout}${stderr}`.trim() };
  }
}

async function runOrThrow(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await execute(program, args, { cwd });
  return stdout.trim();
}
