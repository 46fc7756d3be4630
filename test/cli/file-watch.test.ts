import { mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileWatch } from '../../src/cli/file-watch';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  path = join(folder, 'seed.yaml');
  writeFileSync(path, 'first');
});

afterEach(() => rmSync(folder, { recursive: true }));

const looks = async (watch: FileWatch, count: number): Promise<readonly boolean[]> => {
  const seen: boolean[] = [];
  for (let look = 0; look < count; look += 1) seen.push(await watch.hasChanged());
  return seen;
};

describe('FileWatch', () => {
  it('tells a change once, when the file was the same at two looks', async () => {
    const watch = await FileWatch.begin(path);
    const before = await looks(watch, 2);

    writeFileSync(path, 'the second');

    expect(before).toEqual([false, false]);
    expect(await looks(watch, 4)).toEqual([false, true, false, false]);
  });

  it('says nothing while the file is being written', async () => {
    const watch = await FileWatch.begin(path);
    const seen: boolean[] = [];

    for (const text of ['', 'half', 'half and', 'half and half']) {
      writeFileSync(path, text);
      seen.push(await watch.hasChanged());
    }

    expect(seen).toEqual([false, false, false, false]);
    expect(await looks(watch, 2)).toEqual([true, false]);
  });

  it('tells that another file has taken its place', async () => {
    const watch = await FileWatch.begin(path);
    const other = join(folder, '.seed.yaml.swap');
    writeFileSync(other, 'other');

    renameSync(other, path);

    expect(await looks(watch, 3)).toEqual([false, true, false]);
  });

  it('does not tell of a moment without the file', async () => {
    const watch = await FileWatch.begin(path);
    rmSync(path);
    const gone = await watch.hasChanged();

    writeFileSync(path, 'again');

    expect([gone, ...(await looks(watch, 3))]).toEqual([false, false, true, false]);
  });

  it('tells that the file is gone, and that it is back', async () => {
    const watch = await FileWatch.begin(path);
    rmSync(path);
    const gone = await looks(watch, 3);

    writeFileSync(path, 'again');

    expect(gone).toEqual([false, true, false]);
    expect(await looks(watch, 3)).toEqual([false, true, false]);
  });

  it('begins with a file that is missing', async () => {
    rmSync(path);
    const watch = await FileWatch.begin(path);

    expect(await looks(watch, 2)).toEqual([false, false]);
  });

  it('follows a link to another file', async () => {
    const [link, other] = [join(folder, 'link.yaml'), join(folder, 'other.yaml')];
    symlinkSync(path, link);
    const watch = await FileWatch.begin(link);
    writeFileSync(other, 'other');

    rmSync(link);
    symlinkSync(other, link);

    expect(await looks(watch, 3)).toEqual([false, true, false]);
  });

  it('tells that the file was touched', async () => {
    const watch = await FileWatch.begin(path);

    utimesSync(path, 1, 1);

    expect(await looks(watch, 3)).toEqual([false, true, false]);
  });
});
