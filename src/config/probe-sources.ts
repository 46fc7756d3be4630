import { startWork } from '../base/start-work';
import { TimeBudget, withTimeoutSignal } from '../base/time-limit';
import { Directory } from '../directory/directory';
import { unreadSecret, type UnreadSecret } from '../item/directory-listing';
import { type Provider } from '../providers/provider';
import { readPolicyOf, sourceMemoryOf } from '../memory/source-memory';
import { cachedOf } from './finder';
import { type LookupScope } from './lookup-scope';

/** Most names that a probe reads again because they failed. */
const mostNames = 100;

/**
 * Reads every directory at every provider, names that failed again, and checks that the cache can be read.
 *
 * The outcomes count like those of lookups, but do not fill memory. Sources that failed a moment ago are not read.
 *
 * @returns After `lookupBudgetMs` at most; reads that have not ended by then count as failed. Never rejects.
 */
export async function probeSources(scope: LookupScope): Promise<void> {
  const { context, providers, settings } = scope;
  const cached = cachedOf(scope);
  const { lookupBudgetMs } = settings;
  let budget: TimeBudget | undefined;
  const late = new Promise<'late'>((resolve) => {
    budget = new TimeBudget(lookupBudgetMs, () => resolve('late'));
  });
  const probes = providers.providers.map((each) => context.runShared(() => probeProvider(scope, each, late)));
  const cacheProbe = startWork(() =>
    withTimeoutSignal(lookupBudgetMs, (signal) => cached?.cacher.probe(cached.chain, signal)),
  );
  await Promise.all([...probes, cacheProbe.catch(() => undefined)]);
  budget?.stop();
}

async function probeProvider(scope: LookupScope, provider: Provider, late: Promise<'late'>): Promise<void> {
  const { cacheSession, localCache, session } = scope;
  const memory = sourceMemoryOf(localCache, provider, session);
  const policy = readPolicyOf(session, cacheSession.random);
  const options = { session, policy, isProbe: true };
  const directories = directoriesOf(scope, provider);
  const names = memory.settingsWithProblems.slice(0, mostNames);
  const listings = memory.list(directories, options);
  await Promise.all([
    ...directories.map(async (directory) => {
      const failure = await failureOf(listings.get(directory.path)?.promise, late);
      if (failure === undefined) return;
      if (failure.error === lateError) memory.recordLateListing(directory, lateError, policy);
      memory.markListingReported(directory);
    }),
    ...names.map(async (exactName) => {
      const secret = unreadOf(exactName);
      const failure = await failureOf(memory.readSecret(secret, options), late);
      if (failure !== undefined) memory.markSettingReported(secret);
    }),
  ]);
}

/** The directories to list: none where single names are read. */
function directoriesOf({ directories, strategy }: LookupScope, provider: Provider): readonly Directory[] {
  if (strategy === 'names' && provider.readsByName) return [];
  return provider.ownDirectory === undefined ? directories.directories : [provider.ownDirectory];
}

const lateError = new Error('no answer within lookupBudgetMs');

async function failureOf(
  reading: Promise<unknown> | undefined,
  late: Promise<'late'>,
): Promise<{ readonly error: unknown } | undefined> {
  try {
    return (await Promise.race([reading, late])) === 'late' ? { error: lateError } : undefined;
  } catch (error) {
    return { error };
  }
}

function unreadOf(exactName: string): UnreadSecret {
  const end = exactName.lastIndexOf('/');
  const directory = Directory.literal(end === 0 ? '/_none' : exactName.slice(0, end));
  return unreadSecret(directory, exactName, exactName.slice(end + 1));
}
