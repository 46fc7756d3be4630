import { withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { startWork } from '../base/start-work';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { type DirectoryListing, Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type Provider, type ReadSession } from '../providers/provider';
import { type Check, inTime } from './diagnosis';

/** What is asked of the providers. */
export interface ProbedChain {
  readonly providers: readonly Provider[];
  readonly directories: readonly Directory[];
  /** Whether names are read one by one (`strategy: 'names'`), so that nothing has to be listed. */
  readonly byName: boolean;
  readonly session: Omit<ReadSession, 'signal'>;
  /** Longest time for one question, **milliseconds**. */
  readonly limitMs: number;
}

/** What came of asking a provider for a directory. */
export interface PlaceProbe {
  readonly provider: Provider;
  readonly directory: Directory;
  readonly check: Check;
  /** Whether a permission is missing. */
  readonly refused: boolean;
}

/**
 * Asks each provider for each directory as a lookup does: it is listed, and of its secrets one is read by name, whose value is
 * dropped. Neither memory nor the cache table is used.
 */
export async function probePlaces(chain: ProbedChain): Promise<readonly PlaceProbe[]> {
  const probes = await Promise.all(chain.providers.map((provider) => probeProvider(provider, chain)));
  return probes.flat();
}

async function probeProvider(provider: Provider, chain: ProbedChain): Promise<readonly PlaceProbe[]> {
  const { byName, limitMs, session } = chain;
  const directories = provider.ownDirectory === undefined ? chain.directories : [provider.ownDirectory];
  if (byName && provider.readsByName) return directories.map((each) => notListed(provider, each));
  const outcomes = await Promise.all(
    directories.map(async (directory) => {
      const read = (signal: AbortSignal): Promise<ListingResult> => list(provider, directory, { ...session, signal });
      return { directory, listing: await inTime(limitMs, read).catch((error: unknown) => new Failure(error)) };
    }),
  );
  const secrets = outcomes.map(({ directory, listing }) => secretIn(provider, directory, listing));
  const reads = await inTime(limitMs, (signal) =>
    readEach(
      provider,
      secrets.filter((each) => each !== undefined),
      { ...session, signal },
    ),
  ).catch((error: unknown) => new Failure(error));
  return outcomes.map(({ directory, listing }, index) => {
    const secret = secrets[index];
    const outcome = secret && (reads instanceof Failure ? reads : reads.get(secret.exactName));
    return placeProbe(provider, directory, { listing, secret, outcome });
  });
}

/** What was thrown in place of an outcome. */
class Failure {
  readonly text: string;

  constructor(error: unknown) {
    this.text = describeError(withoutPayload(error));
  }
}

type ListingResult = DirectoryListing | Unavailable | Failure;

/** Listings of several directories are one call where a provider can do so, but here each has to say for itself what is refused. */
function list(provider: Provider, directory: Directory, session: ReadSession): Promise<DirectoryListing | Unavailable> {
  return startWork(() => provider.readDirectory(directory, session));
}

/** Gives a secret of a listing that a lookup may have to read by its name; `undefined` when there is none. */
function secretIn(provider: Provider, directory: Directory, listing: ListingResult): UnreadSecret | undefined {
  if (listing instanceof Unavailable || listing instanceof Failure || !provider.readsByName) return undefined;
  const entries = [...listing.names].map((name) => listing.find(name));
  const unread = entries.find(
    (each) => each !== undefined && !(each instanceof DirectoryItem) && each.kind === 'unread',
  );
  if (unread !== undefined) return unread as UnreadSecret;
  const item = entries.find((each) => each instanceof DirectoryItem && each.secret);
  if (!(item instanceof DirectoryItem)) return undefined;
  const exactName = item.exactName ?? `${directory.path}/${item.originalName}`;
  return { kind: 'unread', name: item.name, exactName, directory, nextRotationMs: undefined };
}

/** Reads secrets by name. @returns For each why it could not be read; `'read'`, when it could. */
async function readEach(
  provider: Provider,
  secrets: readonly UnreadSecret[],
  session: ReadSession,
): Promise<ReadonlyMap<string, SecretResult>> {
  if (secrets.length === 0) return new Map();
  const reads = provider.readSecrets(secrets, session);
  const results = await Promise.all(
    secrets.map(async ({ exactName }): Promise<[string, SecretResult]> => {
      const outcome = await (reads.get(exactName) ?? Promise.resolve(undefined)).catch(
        (error: unknown) => new Failure(error),
      );
      return [exactName, outcome instanceof Unavailable || outcome instanceof Failure ? outcome : 'read'];
    }),
  );
  return new Map(results);
}

type SecretResult = Unavailable | Failure | 'read';

interface PlaceOutcome {
  readonly listing: ListingResult;
  readonly secret: UnreadSecret | undefined;
  readonly outcome: SecretResult | undefined;
}

function placeProbe(provider: Provider, directory: Directory, { listing, secret, outcome }: PlaceOutcome): PlaceProbe {
  const check = { area: 'permission', subject: subjectOf(provider, directory) } as const;
  const place = { provider, directory };
  if (listing instanceof Failure) {
    return { ...place, refused: false, check: { ...check, state: 'problem', result: `failed: ${listing.text}` } };
  }
  if (listing instanceof Unavailable) {
    const { reason: result, remedy } = listing;
    return { ...place, refused: true, check: { ...check, state: 'problem', result, remedy } };
  }
  const facts = { names: listing.size };
  const count = `${listing.size} ${listing.size === 1 ? 'name' : 'names'}`;
  if (outcome instanceof Unavailable || outcome instanceof Failure) {
    const reason = outcome instanceof Failure ? `failed: ${outcome.text}` : outcome.reason;
    const result = `${count}; ${secret?.name ?? ''} cannot be read: ${reason}`;
    const refused = outcome instanceof Unavailable;
    const remedy = refused ? { remedy: outcome.remedy } : {};
    return { ...place, refused, check: { ...check, facts, state: 'problem', result, ...remedy } };
  }
  const result = outcome === 'read' ? `${count}, a secret read` : count;
  return { ...place, refused: false, check: { ...check, facts, state: 'ok', result } };
}

function notListed(provider: Provider, directory: Directory): PlaceProbe {
  const result = "not listed: strategy 'names' reads names one by one";
  const subject = subjectOf(provider, directory);
  return { provider, directory, refused: false, check: { area: 'permission', subject, state: 'skipped', result } };
}

/** Providers without directories have a path of their own that says nothing to a reader. */
function subjectOf(provider: Provider, { path }: Directory): string {
  return provider.ownDirectory === undefined ? `${provider.cacheName} ${path}` : provider.cacheName;
}
