import { isoTime } from '../base/time';
import { withSignal } from '../base/time-limit';
import { type ReadProblem } from '../memory/read';
import { sourceMemoryOf, type SourceStatus } from '../memory/source-memory';
import { cachedOf } from './finder';
import { type WaitOptions } from './lookup-options';
import { withLambdaFreezeGuard } from './lambda-freeze-guard';
import { lastKnownGoodPart } from './last-known-good/part';
import { type LookupScope } from './lookup-scope';
import { probeSources } from './probe-sources';

/** State of a source: it works; it has not been read; it is not permitted; stale values are served; it fails. */
export type SourceState = 'ok' | 'unused' | 'refused' | 'stale' | 'failing';

/** A problem of a source. */
export interface SourceProblem {
  /** What was read: a directory, the full name of a setting; for the cache `reading` or `writing`. */
  readonly at: string;
  /** `refused`: not permitted; `stale`: a stale value is served; `failing`: lookups that reach it fail. */
  readonly state: Exclude<SourceState, 'ok' | 'unused'>;
  /** Since when, ISO 8601. */
  readonly since: string;
  /** What the source answered, without any value. */
  readonly reason: string;
  /** What would make it readable; absent when it was not refused. */
  readonly remedy?: string | undefined;
}

/** State of one provider or of the cache, as lookups have seen it: part of what `config.health()` gives. */
export interface SourceHealth {
  /** Cache name of the provider, or name of the cacher. */
  readonly name: string;
  /** The worst of its problems; `ok` without any. */
  readonly state: SourceState;
  /** Since when the state is that, ISO 8601; absent for `ok` and `unused`. */
  readonly since?: string | undefined;
  /** When a read last succeeded, ISO 8601; absent: never. */
  readonly lastSuccess?: string | undefined;
  /** How many directories and names were read, not counting pages and attempts; for the cache, Queries. */
  readonly requests: number;
  /** How many lookups found their answer there; lookups that were answered from memory are not counted. */
  readonly hits: number;
  /** The oldest problems, twenty at most. */
  readonly problems: readonly SourceProblem[];
}

/** State of the providers and the cache of a Config, for readiness checks: what `config.health()` gives. No value is in it. */
export interface ConfigHealth {
  /**
   * Whether lookups get correct answers, as far as is known: `false` after a lookup has failed because of a source, until the source is
   * read successfully, and while a provider is refused as a whole (no credentials, no region, no permission for anything that was
   * read). A refusal of some places, stale values, the sealed file and the cache do not count.
   */
  readonly ok: boolean;
  /** In the order of the chain. */
  readonly providers: readonly SourceHealth[];
  /** Absent when nothing is cached, or the cacher keeps no record. */
  readonly cache?: SourceHealth | undefined;
}

/** How the health of a Config is determined. */
export interface HealthOptions extends WaitOptions {
  /** Reads the sources now, for at most `lookupBudgetMs`. Default: false. */
  readonly probe?: boolean;
}

/** Most problems of a source that are listed. */
const mostProblems = 20;
const severity = { refused: 0, stale: 1, failing: 2 } as const;

/** Gives the health of the sources of a scope. @throws The reason of the signal; nothing because of a source. */
export async function healthOf(scope: LookupScope, { probe = false, signal }: HealthOptions): Promise<ConfigHealth> {
  if (probe) await withSignal(signal, () => withLambdaFreezeGuard(scope, () => probeSources(scope)));
  const { localCache, providers, session } = scope;
  const cached = cachedOf(scope);
  const sources = providers.providers.map((provider) => ({
    name: provider.cacheName,
    memory: sourceMemoryOf(localCache, provider, session),
  }));
  const record = cached?.cacher.recordOf(cached.chain);
  const isRefused = sources.some(({ memory }) => memory.isRefused);
  const fails = sources.some(({ memory }) => memory.failsLookups);
  return {
    ok: !isRefused && (!fails || (await servesAllFailures(scope))),
    providers: sources.map(({ name, memory }) => sourceHealth(name, memory)),
    ...(cached !== undefined && record !== undefined && { cache: sourceHealth(cached.cacher.name, record) }),
  };
}

async function servesAllFailures(scope: LookupScope): Promise<boolean> {
  if (scope.settings.lastKnownGood === undefined) return false;
  return (await lastKnownGoodPart.loadIfProvided())?.servesAllFailures(scope) === true;
}

function sourceHealth(name: string, { hits, lastSuccessMs, problems, requests }: SourceStatus): SourceHealth {
  const byAge = [...problems].sort(([, one], [, other]) => one.sinceMs - other.sinceMs);
  // The first, which is the oldest, of the worst.
  const worst = byAge.reduce<ReadProblem | undefined>(
    (found, [, each]) => (found === undefined || severity[each.state] > severity[found.state] ? each : found),
    undefined,
  );
  return {
    name,
    state: worst?.state ?? (requests === 0 ? 'unused' : 'ok'),
    ...(worst !== undefined && { since: isoTime(worst.sinceMs) }),
    ...(lastSuccessMs !== undefined && { lastSuccess: isoTime(lastSuccessMs) }),
    requests,
    hits,
    problems: byAge.slice(0, mostProblems).map(([at, { sinceMs, state, reason, remedy }]) => ({
      at,
      state,
      since: isoTime(sinceMs),
      reason,
      ...(remedy !== undefined && { remedy }),
    })),
  };
}
