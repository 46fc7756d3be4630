import { join } from 'node:path';
import { describeError, readProperty } from '../base/describe-error';
import { InvalidSettingsError } from '../errors';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, Unavailable } from '../item/directory-listing';
import { checkOptions } from '../options';
import { type ResolvedSettings } from '../settings/settings-values';
import { type ListingOutcome, Provider, type ReadSession } from './provider';

/** Which `.env` files are read. */
export interface EnvFileProviderOptions {
  /** Folder of the files. Default: the working directory of the process. */
  readonly folder?: string;
  /** Environment in the names of the files. Default: the setting `environment` of the library (`APP_ENV`). */
  readonly environment?: string;
}

/**
 * The `.env` files of a folder, for development: `.env`, `.env.local`, `.env.{environment}`, `.env.{environment}.local`; if several
 * have a name, the last wins. Missing files are ignored.
 *
 * Never cached. Put it after the variables of the process: `providers: [EnvProvider, EnvFileProvider, Default]`.
 * Source: https://nodejs.org/api/util.html#utilparseenvcontent
 */
export class EnvFileProvider extends Provider {
  static readonly dependencyName: string = 'EnvFileProvider';

  override readonly name = 'envfile';
  override readonly cacheable = false;

  /** @throws InvalidSettingsError for an unknown option, and for an environment that cannot be part of a file name. */
  constructor(private readonly options: EnvFileProviderOptions = {}) {
    super();
    checkOptions('new EnvFileProvider()', options, { folder: true, environment: true });
    const { environment = '' } = options;
    if (/[/\\]/.test(environment)) {
      throw new InvalidSettingsError('EnvFileProvider option environment', 'has a slash: it is part of a file name.');
    }
  }

  override variantFor(settings: ResolvedSettings): string {
    return this.environmentIn(settings);
  }

  override async readDirectory(directory: Directory, { settings }: ReadSession): Promise<ListingOutcome> {
    const environment = this.environmentIn(settings);
    const ends = ['', '.local', `.${environment}`, `.${environment}.local`];
    const files = ends.map((end) => join(this.options.folder ?? process.cwd(), `.env${end}`));
    const read = await Promise.all(files.map(readVariables));
    const refusal = read.find((each) => each instanceof Unavailable);
    if (refusal instanceof Unavailable) return refusal;
    const items = read.flatMap((variables) =>
      Object.entries(variables as Variables).map(
        ([name, value]) => new DirectoryItem({ name, value, directory, source: this.name, cacheable: false }),
      ),
    );
    return new DirectoryListing(directory, items);
  }

  /** An environment of the settings may have slashes (`export/prod`); in a file name they are hyphens. */
  private environmentIn({ environment }: ResolvedSettings): string {
    return this.options.environment ?? environment.replaceAll('/', '-');
  }
}

type Variables = Readonly<Record<string, string>>;

/** A name that the parser of Node loses, because it assigns properties to an object. */
const lostName = '__proto__';

/** Reads one file; errors do not contain its values. */
async function readVariables(file: string): Promise<Variables | Unavailable> {
  const [{ readFile }, util] = await Promise.all([import('node:fs/promises'), import('node:util')]);
  const { parseEnv } = util as Partial<Pick<typeof util, 'parseEnv'>>;
  if (parseEnv === undefined) throw new InvalidSettingsError('EnvFileProvider', 'needs Node 20.12 or newer.');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = typeof error === 'object' && error !== null ? readProperty(error, 'code') : undefined;
    if (code === 'ENOENT') return {};
    if (code === 'EACCES') return new Unavailable(describeError(error), `let this process read ${file}`);
    throw error;
  }
  const parsed = parseEnv(text.replace(/^\uFEFF/, '').replaceAll(lostName, `${lostName}\0`));
  const restored = (each: string): string => each.replaceAll(`${lostName}\0`, lostName);
  return Object.fromEntries(Object.entries(parsed).map(([name, value = '']) => [restored(name), restored(value)]));
}
