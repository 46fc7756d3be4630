import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../../../src/config/last-known-good/private-file';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xcon-file-'));
  file = join(folder, 'answers');
});

afterEach(() => rm(folder, { recursive: true }));

it('reads what it wrote, which nobody else may, and leaves nothing beside it', async () => {
  await writePrivateFile(file, Buffer.from('first'));
  await writePrivateFile(file, Buffer.from('second'));

  expect(await readPrivateFile(file)).toEqual(Buffer.from('second'));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['answers']);
});

it('says that there is none', async () => {
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
  expect(await readPrivateFile(inner)).toEqual({ distrusted: 'it is no file' });
  expect(await readPrivateFile(large)).toEqual({ distrusted: 'it is larger than 67108864 bytes' });
});

it('takes the place of a link, and leaves alone what that led to', async () => {
  const other = join(folder, 'other');
  await writeFile(other, 'of somebody else');
  await symlink(other, file);

  await writePrivateFile(file, Buffer.from('mine'));

  expect(await readPrivateFile(file)).toEqual(Buffer.from('mine'));
  expect((await stat(other)).size).toBe('of somebody else'.length);
});

it('rejects with what the file system says, and leaves what was there', async () => {
  await mkdir(file);

  await expect(writePrivateFile(file, Buffer.from('content'))).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(writePrivateFile(join(folder, 'no/such'), Buffer.from(''))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(folder)).toEqual(['answers']);
});
