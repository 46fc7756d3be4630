import {
  AwsClients,
  Clock,
  type Config,
  Context,
  Directory,
  DynamoProvider,
  type EntryAddress,
  type ListingOutcome,
  type Provider,
  type ReachableName,
  type ReachableNames,
  type ReachablePlace,
  type SearchedPlace,
  SecretsProvider,
  type SourceWriter,
  SsmProvider,
  type StoredEntry,
  XconSettings,
} from '../../index';
import { printable } from '../../base/printable';
import { CommandError, UsageError } from '../exit-codes';

/** Names of the sources that can be written, as `--to` takes them, whether they are looked up here or not. */
export const writableNames = ['ssm', 'secrets', 'dynamo'] as const;

/** What the arguments of a command say of a place. */
export interface GivenPlace {
  /** Name of the setting, in any case; or its full name, with the directory in front: `/orders/prod/DB_HOST`. */
  readonly name: string;
  /** Path of the directory, placeholders allowed; `undefined`: that of a full name, else the most specific of the chain. */
  readonly directory: string | undefined;
  /** Short name or cache name of a provider; `undefined`: where the name is now, else Parameter Store. */
  readonly source: string | undefined;
}

/** An entry as it is at its source, and what it means to lookups. */
export interface OpenEntry {
  readonly provider: Provider;
  readonly writer: SourceWriter;
  readonly address: EntryAddress;
  /** Full name: `/orders/prod/DB_HOST`. */
  readonly exactName: string;
  /** `undefined`: there is none. */
  readonly stored: StoredEntry | undefined;
  readonly reach: Reach;
}

/** How a place of the lookup order stands to the others that have the name. */
export interface Reach {
  /** Whether lookups come to the place at all. */
  readonly isRead: boolean;
  /** What is found before it; `undefined`: nothing. */
  readonly above: ReachablePlace | undefined;
  /** What would be found without it; `undefined`: nothing. */
  readonly below: ReachablePlace | undefined;
  /** Places behind it that may not be read: the name may be there. */
  readonly unread: readonly SearchedPlace[];
}

/** Finds the places that are meant, and reads the entries there. Sources have one writer each, which keeps to their rates. */
export class EntryOpener {
  private readonly writers = new Map<Provider, Promise<SourceWriter>>();
  private readonly listings = new Map<string, Promise<ListingOutcome>>();

  /** @param names - All that lookups reach. */
  constructor(
    private readonly config: Config,
    readonly names: ReachableNames,
    private readonly signal: AbortSignal,
  ) {}

  /** Begins with all that lookups of a Config reach. @throws ProviderError when a source cannot be listed. */
  static async of(config: Config, signal: AbortSignal): Promise<EntryOpener> {
    return new EntryOpener(config, await config.names({ signal }), signal);
  }

  /**
   * Finds a place, and reads the entry there.
   *
   * @throws UsageError for a place that cannot be written; WriteError, InvalidDirectoryError.
   */
  async open(given: GivenPlace, withValue = true): Promise<OpenEntry> {
    const { config, names, signal } = this;
    const { name: asked, directory: path } = placeOf(given);
    const directory = directoryOf(config, path);
    const reachable = this.reachable(asked);
    const provider = sourceOf(config, given.source, reachable, directory);
    const writer = await this.writerOf(provider);
    const reach = reachOf(config, { provider, directory }, reachable, names);
    const known = placesIn(reachable, directory).find((place) => place.provider === provider.cacheName)?.name;
    const name = known ?? (reach.isRead ? undefined : await this.storedName(provider, directory, asked));
    const address = { directory, name: name ?? asked };
    const stored = await writer.read(address, { signal, withValue });
    return { provider, writer, address, stored, exactName: writer.exactName(address), reach };
  }

  /** Gives the places of a name that lookups reach; `undefined`: there are none. */
  private reachable(name: string): ReachableName | undefined {
    return this.names.names.find((each) => each.name.toLowerCase() === name.toLowerCase());
  }

  private writerOf(provider: Provider): Promise<SourceWriter> {
    const known = this.writers.get(provider) ?? provider.writer();
    this.writers.set(provider, known);
    return known;
  }

  /** Finds how a name is written in a directory that lookups do not reach; `undefined`: it is not there, or cannot be listed. */
  private async storedName(provider: Provider, directory: Directory, name: string): Promise<string | undefined> {
    const key = `${provider.cacheName} ${directory.path}`;
    const listed = this.listings.get(key) ?? list(provider, directory, this.signal);
    this.listings.set(key, listed);
    const listing = await listed;
    const entry = 'find' in listing ? listing.find(name.toLowerCase()) : undefined;
    if (entry === undefined) return undefined;
    const exactName = 'exactName' in entry ? entry.exactName : undefined;
    const ownName = 'originalName' in entry ? entry.originalName : undefined;
    return exactName?.slice(exactName.lastIndexOf('/') + 1) ?? ownName;
  }
}

function list(provider: Provider, directory: Directory, signal: AbortSignal): Promise<ListingOutcome> {
  const clock = Clock.grab();
  const settings = XconSettings.grab().resolve();
  const session = { clients: AwsClients.grab(), settings, nowMs: () => clock.nowMs(), signal };
  return provider.readDirectory(directory, session);
}

/** Gives the directory that is meant. @throws UsageError where none is given, and the chain has none of the service's own. */
export function directoryOf(config: Config, given: string | undefined): Directory {
  const { directoryChain, resolvedEnvironment: environment, resolvedService: service } = config;
  if (given !== undefined) return Directory.from(given).resolve({ service, environment });
  const [first] = directoryChain.directories;
  if (first === undefined) throw new UsageError('There is no directory to write to. Give one with --in.');
  if (first.service !== 'global') return first;
  throw new UsageError(
    `No service is named, so that ${first.path} is the first directory, which all services share. ` +
      'Give --service, or the directory with --in.',
  );
}

/** Says that there is no such entry, and where the name is. */
export function notThere({ address, exactName, provider }: OpenEntry, { names }: ReachableNames): CommandError {
  const places = names.find((each) => each.name.toLowerCase() === address.name.toLowerCase())?.places ?? [];
  const texts = places.flatMap((place) =>
    place.directory === undefined ? [] : [`--in ${place.directory} (${place.provider})`],
  );
  const elsewhere = texts.length === 0 ? '' : ` The name is elsewhere: ${texts.join(', ')}.`;
  return new CommandError(`There is no ${exactName} in ${provider.cacheName}.${elsewhere}`, 'negative');
}

/** Splits a full name into directory and name. @throws UsageError for one beside a directory, and for what is no name. */
function placeOf({ name: given, directory }: GivenPlace): Pick<GivenPlace, 'name' | 'directory'> {
  const end = given.lastIndexOf('/');
  const name = given.slice(end + 1);
  if (name === '') throw new UsageError(printable(`"${given}" is not the name of a setting, such as DB_HOST.`));
  if (end === -1) return { name, directory };
  if (directory !== undefined)
    throw new UsageError(printable(`"${given}" names a directory already: leave out --in, or give ${name} alone.`));
  return { name, directory: given.slice(0, end) };
}

function sourceOf(
  config: Config,
  given: string | undefined,
  reachable: ReachableName | undefined,
  directory: Directory,
): Provider {
  const chain = config.providerChain.providers;
  const named = (name: string): Provider | undefined =>
    chain.find(({ cacheName }) => cacheName === name) ?? chain.find((each) => each.name === name);
  if (given !== undefined) {
    const asked = named(given) ?? writable(given);
    if (asked !== undefined) return asked;
    throw new UsageError(printable(`There is no source "${given}". There are ${writableNames.join(', ')}.`));
  }
  const places = (reachable?.places ?? []).filter((place) => place.directory !== undefined);
  const now = placesIn(reachable, directory)[0] ?? places[0];
  return (now && named(now.provider)) ?? named('ssm') ?? SsmProvider.grab();
}

/** Gives a source that lookups here do not ask. */
function writable(name: string): Provider | undefined {
  const classes = { ssm: SsmProvider, secrets: SecretsProvider, dynamo: DynamoProvider };
  const known = writableNames.find((each) => each === name);
  return known && Context.current().resolve<Provider>(classes[known]);
}

function placesIn(reachable: ReachableName | undefined, { path }: Directory): readonly ReachablePlace[] {
  return (reachable?.places ?? []).filter(({ directory }) => directory === path);
}

function reachOf(
  config: Config,
  { provider, directory }: { readonly provider: Provider; readonly directory: Directory },
  reachable: ReachableName | undefined,
  { refusals }: ReachableNames,
): Reach {
  const { walked } = config.providerChain;
  const paths = config.directoryChain.directories.map(({ path }) => path);
  const rank = (place: { readonly provider: string; readonly directory?: string | undefined }): number => {
    if (place.directory === undefined) return place.provider === 'default' ? Number.POSITIVE_INFINITY : -1;
    const at = paths.indexOf(place.directory);
    return at * walked.length + walked.findIndex(({ cacheName }) => cacheName === place.provider);
  };
  const isRead = paths.includes(directory.path) && walked.includes(provider);
  if (!isRead) return { isRead, above: undefined, below: undefined, unread: [] };
  const here = rank({ provider: provider.cacheName, directory: directory.path });
  const places = reachable?.places ?? [];
  return {
    isRead,
    above: places.find((each) => rank(each) < here),
    below: places.find((each) => rank(each) > here),
    unread: refusals.filter((each) => rank(each) > here),
  };
}
