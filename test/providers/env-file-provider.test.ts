import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../src/config/config';
import { Context } from '../../src/di/context';
import { type DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing } from '../../src/item/directory-listing';
import { EnvFileProvider } from '../../src/providers/env-file-provider';
import { EnvProvider } from '../../src/providers/env-provider';
import { XconSettings } from '../../src/settings/xcon-settings';
import { itKeepsTheContract } from '../contract/provider-contract';
import { readSession } from '../contract/read-session';
import { Source } from '../contract/source';

/** The modules of Node themselves: what is imported of them cannot be replaced. */
const files = jest.requireActual<{ readFile: (path: string) => Promise<string> }>('node:fs/promises');
const util = jest.requireActual<{ parseEnv: unknown }>('node:util');

afterEach(() => jest.restoreAllMocks());

function fileError(code: string): Error {
  return Object.assign(new Error(`${code}: no such luck, open '/app/.env'`), { code });
}

itKeepsTheContract({
  providerName: 'envfile',
  cacheable: false,
  paged: false,
  failure: fileError('EIO'),
  refusal: fileError('EACCES'),
  over: (options) => {
    const source = new Source(options);
    const text = (): string => {
      const lines = source.list(undefined, () => true).settings.map(({ name, value }) => `${name}='${value}'`);
      return `${lines.join('\n')}\n`;
    };
    jest.spyOn(files, 'readFile').mockImplementation((path) => {
      if (path !== '/app/.env') return Promise.reject(fileError('ENOENT'));
      return Promise.resolve().then(text);
    });
    return { provider: new EnvFileProvider({ folder: '/app' }), session: readSession(), source };
  },
});

describe('EnvFileProvider', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xcon-env-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(contents: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  }

  async function valuesIn(environment: string, provider = new EnvFileProvider({ folder })) {
    const session = readSession({ settings: { environment } });
    const listing = await provider.readDirectory(provider.ownDirectory as never, session);
    if (!(listing instanceof DirectoryListing)) throw new Error(String(listing));
    return Object.fromEntries([...listing.names].map((name) => [name, (listing.find(name) as DirectoryItem).value]));
  }

  it('reads a name from the most specific file: environment before all, local before shared', async () => {
    write({
      '.env': 'A=1\nB=1\nC=1\nD=1',
      '.env.local': 'B=2\nC=2\nD=2',
      '.env.prod': 'C=3\nD=3',
      '.env.prod.local': 'D=4',
      '.env.test': 'A=5',
    });

    expect(await valuesIn('prod')).toEqual({ a: '1', b: '2', c: '3', d: '4' });
    expect(await valuesIn('test')).toEqual({ a: '5', b: '2', c: '2', d: '2' });
    expect(await valuesIn('test', new EnvFileProvider({ folder, environment: 'prod' }))).toMatchObject({ d: '4' });
  });

  it('reads files as Node does', async () => {
    write({ '.env': '\uFEFFexport A="x\\ny" # note\nB=\'$HOME\'\nEMPTY=\n# C=1\nP=a__proto__b\n' });

    expect(await valuesIn('all')).toEqual({ a: 'x\ny', b: '$HOME', empty: '', p: 'a__proto__b' });
  });

  it('reads an environment with a slash from a file with a hyphen, and refuses a slash in its options', async () => {
    write({ '.env.export-prod': 'A=1' });

    expect(await valuesIn('export/prod')).toEqual({ a: '1' });
    expect(() => new EnvFileProvider({ environment: '../x' })).toThrow(/has a slash: it is part of a file name/);
  });

  it('is empty where there are no files, and reads the working directory unless another folder is given', async () => {
    expect(await valuesIn('all')).toEqual({});

    write({ '.env': 'HERE=1' });
    jest.spyOn(process, 'cwd').mockReturnValue(folder);

    expect(await valuesIn('all', new EnvFileProvider())).toEqual({ here: '1' });
  });

  it('asks for Node 20.12 where Node cannot read such files', async () => {
    const { parseEnv } = util;
    util.parseEnv = undefined;
    try {
      await expect(valuesIn('all')).rejects.toThrow('EnvFileProvider: needs Node 20.12 or newer.');
    } finally {
      util.parseEnv = parseEnv;
    }
  });

  it('comes after the variables, uses the environment of the settings, and is read again by a refresh', async () => {
    write({ '.env': 'A=file\nB=file\nC=all', '.env.prod': 'C=prod' });
    const env = new EnvProvider({ A: 'variable' });

    await Context.createRoot([env, new XconSettings({ environment: 'prod' })]).run(async () => {
      const providers = [EnvProvider, new EnvFileProvider({ folder })];
      const config = new Config({ providers, directories: [], cacher: null });

      expect([await config.get('A'), await config.get('B'), await config.get('C')]).toEqual([
        'variable',
        'file',
        'prod',
      ]);
      expect(await config.getItem('B')).toMatchObject({ source: 'envfile', cacheable: false });

      write({ '.env': 'B=other' });
      await config.refresh();

      expect([await config.get('B'), await config.get('C')]).toEqual(['other', 'prod']);
    });
  });
});
