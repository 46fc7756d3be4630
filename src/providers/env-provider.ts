import { type Hidden, hidden, hideFields } from '../base/hidden';
import { Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing } from '../item/directory-listing';
import { type SuggestedEntry } from './access';
import { Provider } from './provider';

/**
 * Reads environment variables, as they are at the first lookup. Names are compared without case; values are never cached in the table.
 *
 * @example
 * await withDependencies([new EnvProvider({ DB_HOST: 'localhost' })], () => config.get('DB_HOST')); // localhost
 */
export class EnvProvider extends Provider {
  static readonly dependencyName: string = 'EnvProvider';

  override readonly name = 'env';
  override readonly cacheable = false;
  private readonly variables: Hidden<Readonly<Record<string, string | undefined>> | undefined>;

  /** @param variables - Read instead of those of the process; an `undefined` one counts as absent. */
  constructor(variables?: Readonly<Record<string, string | undefined>>) {
    super();
    this.variables = hidden(variables);
    hideFields(this, 'variables');
  }

  override get ownDirectory(): Directory {
    return environmental;
  }

  override readDirectory(): Promise<DirectoryListing> {
    return Promise.resolve(this.snapshot());
  }

  override commandToSet({ name }: SuggestedEntry): Promise<string> {
    return Promise.resolve(`export ${name}=VALUE`);
  }

  /** Lists all variables; values are the exact strings. */
  snapshot(): DirectoryListing {
    const items: DirectoryItem[] = [];
    for (const [name, value] of Object.entries(this.variables() ?? process.env)) {
      if (value === undefined) continue;
      items.push(new DirectoryItem({ name, value, directory: environmental, source: this.name, cacheable: false }));
    }
    return new DirectoryListing(environmental, items);
  }
}

const environmental = Directory.literal('/_environmental');
