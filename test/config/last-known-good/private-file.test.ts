import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readPrivateFile, updatePrivateFile } from '../../../src/config/last-known-good/private-file';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xcon-file-'));
  file = join(folder, 'answers');
});

afterEach(() => rm(folder, { recursive: true }));

const writePrivateFile = (path: string, content: Buffer): Promise<void> =>
  updatePrivateFile(
    path,
    () => content,
    () => 0.1,
  );

it('reads what it wrote, which no other user may, and leaves nothing beside it', async () => {
  await writePrivateFile(file, Buffer.from('first'));
  await writePrivateFile(file, Buffer.from('second'));

  expect(await readPrivateFile(file)).toEqual(Buffer.from('second'));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['answers']);
});

it('reports a missing file', async () => {
  expect(await readPrivateFile(file)).toBeUndefined();
});

it.each([0o644, 0o640, 0o660, 0o601])('does not trust a file that others may use: mode %i', async (mode) => {
  await writeFile(file, 'planted');
  await chmod(file, mode);

  expect(await readPrivateFile(file)).toEqual({
    distrusted: `others may use it (mode ${mode.toString(8)}); make it 600`,
  });
});

it('does not trust a link, a folder, or what is too large', async () => {
  await writePrivateFile(file, Buffer.from('content'));
  const [link, inner, large] = ['link', 'inner', 'large'].map((name) => join(folder, name)) as [string, string, string];
  await symlink(file, link);
  await mkdir(inner, { mode: 0o700 });
  await writePrivateFile(large, Buffer.alloc(0));
  await truncate(large, 64 * 1024 * 1024 + 1);

  expect(await readPrivateFile(link)).toEqual({ distrusted: 'it is a symbolic link' });
  expect(await readPrivateFile(inner)).toEqual({ distrusted: 'it is not a regular file' });
  expect(await readPrivateFile(large)).toEqual({ distrusted: 'it is larger than 67108864 bytes' });
});

it('replaces a link, and leaves its target alone', async () => {
  const other = join(folder, 'other');
  await writeFile(other, 'of another owner');
  await symlink(other, file);

  await writePrivateFile(file, Buffer.from('mine'));

  expect(await readPrivateFile(file)).toEqual(Buffer.from('mine'));
  expect((await stat(other)).size).toBe('of another owner'.length);
});

it('does not wait for a pipe or a device', async () => {
  execFileSync('mkfifo', ['-m', '600', file]);

  expect(await readPrivateFile(file)).toEqual({ distrusted: 'it is not a regular file' });
  expect(await readPrivateFile('/dev/zero')).toEqual({ distrusted: 'it is not a regular file' });
});

describe('a temporary file of another writer', () => {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const uuid = '01234567-89ab-cdef-0123-456789abcdef';
  /** No process has this number. Source: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html (pid_max) */
  const ended = 4_194_305;
  const nameOf = (writer: string): string => `answers.${writer}.${uuid}.tmp`;

  it.each([
    ['whose process has ended', `${host}.${ended}`, 0],
    ['that is older than a minute, of a process whose number another one has now', `${host}.${process.pid}`, 61],
    ['that is older than a minute, of another host', `00000000.${ended}`, 61],
  ])('%s is removed', async (_, writer, ageSeconds) => {
    const left = join(folder, nameOf(writer));
    await writeFile(left, 'left');
    const then = Date.now() / 1000 - ageSeconds;
    await utimes(left, then, then);

    await writePrivateFile(file, Buffer.from('mine'));

    expect(await readdir(folder)).toEqual(['answers']);
  });

  it.each([
    ['that runs', `${host}.${process.pid}`],
    ['of another host, where a process may run', `00000000.${ended}`],
  ])('%s is waited for', async (_, writer) => {
    const other = join(folder, nameOf(writer));
    await writeFile(other, 'being written');

    const writing = writePrivateFile(file, Buffer.from('mine'));
    const first = await Promise.race([writing.then(() => 'written'), stat(other).then(() => 'waiting')]);
    await rm(other);
    await writing;

    expect(first).toBe('waiting');
    expect(await readdir(folder)).toEqual(['answers']);
  });

  it('that stays ends the wait, and the file is left as it is', async () => {
    const other = nameOf(`${host}.${process.pid}`);
    await writeFile(join(folder, other), 'being written');

    const writing = updatePrivateFile(
      file,
      () => Buffer.from('mine'),
      () => 0,
    );

    await expect(writing).rejects.toThrow('other processes are writing it');
    expect(await readdir(folder)).toEqual([other]);
  });

  it('of another file, or with another name, is left alone', async () => {
    const others = [
      'answers.tmp',
      `answers.${uuid}.tmp`,
      `other.${host}.${ended}.${uuid}.tmp`,
      `answers.${host}.1.x.tmp`,
    ];
    await Promise.all(others.map((name) => writeFile(join(folder, name), 'of another writer')));

    await writePrivateFile(file, Buffer.from('mine'));

    expect((await readdir(folder)).toSorted()).toEqual([...others, 'answers'].toSorted());
  });

  it('that another process has removed makes its writer start again from the current file', async () => {
    const seen: string[] = [];

    await updatePrivateFile(
      file,
      (content) => {
        seen.push(content instanceof Buffer ? content.toString() : 'none');
        if (seen.length > 1) return Buffer.from('mine');
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
        writeFileSync(file, 'of another', { mode: 0o600 });
        return Buffer.from('too late');
      },
      () => 0,
    );

    expect(seen).toEqual(['none', 'of another']);
    expect(await readPrivateFile(file)).toEqual(Buffer.from('mine'));
    expect(await readdir(folder)).toEqual(['answers']);
  });
});

it('rejects with the error of the file system, and leaves the file unchanged', async () => {
  await mkdir(file);

  await expect(writePrivateFile(file, Buffer.from('content'))).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(writePrivateFile(join(folder, 'no/such'), Buffer.from(''))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(folder)).toEqual(['answers']);
});
