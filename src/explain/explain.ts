import { type TimeLeft } from '../base/time-limit';
import { type CachedRow } from '../cache/cacher';
import { type CacherAnswer } from '../chain/chain-finder';
import { type SettingId, settingById } from '../chain/by-id';
import { type Attempt, attemptOf, type Place, type PlaceOutcome, type WalkResult } from '../chain/walk';
import { isConfigError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type ListingEntry, Unavailable } from '../item/directory-listing';
import { StaleAbsence } from '../memory/stale';
import { type ExplainedPlace, Explanation, isoTime, showItem, showRow } from './explanation';
import { ExplanationSet } from './explanation-set';
import { withLambdaFreezeGuard } from '../config/lambda-freeze-guard';
import { type LookupTrouble } from '../config/last-known-good/recall';
import { inTime } from '../config/lookup';
import { type WaitOptions } from '../config/lookup-options';
import { type LookupScope } from '../config/lookup-scope';
import { isSecretName } from './shown-value';

/** How a name is explained. */
export interface ExplainOptions extends WaitOptions {
  /** What is read in place of the cache and the directories. */
  readonly id?: SettingId | undefined;
  /** Whether the value is a secret wherever it comes from. Default: false. */
  readonly secret?: boolean;
  /** Told the item that wins. */
  readonly onFound?: (item: DirectoryItem) => void;
}

/** Explains names; they share what is read. @throws As {@link explain}. */
export async function explainAll(
  scope: LookupScope,
  names: readonly string[],
  options: WaitOptions = {},
): Promise<ExplanationSet> {
  return explanationSet(scope, await Promise.all(names.map((name) => explain(scope, name, options))));
}

/** Puts explanations of a scope together. */
export function explanationSet(scope: LookupScope, explanations: readonly Explanation[]): ExplanationSet {
  const { service, environment, clock } = scope;
  return new ExplanationSet(`${service} in ${environment}`, explanations, isoTime(clock.nowMs()));
}

/**
 * Asks every place for a name, also those behind the answer.
 *
 * @param name - As asked.
 * @throws ProviderError when it takes longer than the budget of a lookup; the reason of the signal. A source that failed is
 * told of instead.
 */
export function explain(scope: LookupScope, name: string, options: ExplainOptions = {}): Promise<Explanation> {
  const { signal } = options;
  const tour = (time: TimeLeft): Promise<Explanation> => tourOf(scope, name, options, time);
  return withLambdaFreezeGuard(scope, () => inTime(scope, name, tour, signal));
}

async function tourOf(scope: LookupScope, name: string, options: ExplainOptions, time: TimeLeft): Promise<Explanation> {
  const key = name.toLowerCase();
  const tour = new Tour(options);
  const { finder } = scope;
  tour.pass({ provider: 'override', outcome: 'absent' }, scope.override(key));
  for (const place of finder.leading) await tour.visit(scope, place, { key, name });
  if (options.id === undefined) await tourOfChain(scope, tour, { key, name }, time);
  else await tour.visitById(scope, key, options.id);
  tour.pass({ provider: 'default', outcome: 'absent' }, scope.default(key));
  return tour.explanation(name, isoTime(scope.clock.nowMs()));
}

async function tourOfChain(scope: LookupScope, tour: Tour, asked: AskedName, time: TimeLeft): Promise<void> {
  const { finder, settings } = scope;
  if (!tour.isOver) tour.passAttempt(await finder.askCacher(asked.name, time));
  finder.startReading(asked.name);
  for (const place of finder.walked) await tour.visit(scope, place, asked);
  if (settings.lastKnownGood === undefined) return;
  const { recallFor } = await import('../config/last-known-good/recall');
  tour.passRecalled(await recallFor(scope, asked.name, tour.trouble));
}

interface AskedName {
  /** Lower-cased. */
  readonly key: string;
  /** As asked. */
  readonly name: string;
}

interface Stop {
  readonly attempt: Attempt;
  readonly item: DirectoryItem | undefined;
  /** The row of the cache table that says so. */
  readonly row?: CachedRow | undefined;
}

/** A walk that goes on behind the answer. */
class Tour {
  private readonly stops: Stop[] = [];
  private winner: Stop | undefined;
  /** The winner, when it is an answer of the cache table. */
  private cached: Stop | undefined;
  /** Why nothing behind this point can be the answer of `get`. */
  private end: 'found' | 'failed' | 'known to be missing' | undefined;
  private anySecret: boolean;

  constructor(private readonly options: ExplainOptions) {
    this.anySecret = options.secret === true;
  }

  get isOver(): boolean {
    return this.end !== undefined;
  }

  /** Passes a place that is known: the cacher's, when there is one. */
  passAttempt(answer: CacherAnswer | undefined): void {
    if (answer === undefined) return;
    this.pass(answer.attempt, answer.item, answer.row);
    if (answer.item !== undefined) this.cached = this.winner;
    if (answer.attempt.outcome === 'known to be missing') this.end = 'known to be missing';
  }

  /** Passes a place that has an item, or none. A default counts even for a name that the cache knows to be missing. */
  pass(attempt: Attempt, item: DirectoryItem | undefined, row?: CachedRow): void {
    if (item === undefined) {
      this.stops.push({ attempt, item, row });
      return;
    }
    this.anySecret ||= item.secret;
    const wins = this.end === undefined || (this.end === 'known to be missing' && attempt.provider === 'default');
    const directory = attempt.directory ?? item.directory.path;
    const stop: Stop = {
      attempt: { ...attempt, directory, outcome: wins ? 'found' : this.behind(attempt) },
      item,
      row,
    };
    this.stops.push(stop);
    if (!wins) return;
    this.winner = stop;
    this.end = 'found';
    this.options.onFound?.(item);
  }

  /** What `get` would meet on its way. */
  get trouble(): LookupTrouble {
    const passed = this.stops.slice(0, this.winner === undefined ? undefined : this.stops.indexOf(this.winner));
    const refused = passed.map(({ attempt }) => attempt).filter(({ outcome }) => outcome === 'not permitted');
    return { isFailed: this.end === 'failed', refused };
  }

  /** Passes the last known good answer, which is given in place of what was found. */
  passRecalled(recalled: WalkResult | undefined): void {
    const attempt = recalled?.attempts.at(-1);
    if (recalled === undefined || attempt === undefined) return;
    const { winner } = this;
    if (winner !== undefined) {
      this.stops[this.stops.indexOf(winner)] = { ...winner, attempt: { ...winner.attempt, outcome: 'shadowed' } };
    }
    this.end = recalled.item === undefined ? 'known to be missing' : undefined;
    this.pass(attempt, recalled.item);
  }

  /** Asks a place; behind the answer, secrets are not read. */
  async visit({ finder }: LookupScope, place: Place, { key, name }: AskedName): Promise<void> {
    await this.ask(attemptOf(place, undefined), async () => {
      const listed = await finder.reader.peek(place, key, name);
      if (typeof listed === 'object' && 'kind' in listed) this.anySecret = true;
      return this.isOver ? listed : finder.reader.read(place, key, name);
    });
  }

  /** Asks for a setting by its id, unless there is an answer already. */
  async visitById({ finder, providers }: LookupScope, key: string, id: SettingId): Promise<void> {
    const { provider, setting } = settingById(providers, key, id);
    if (provider === undefined || this.isOver) return;
    const attempt: Attempt = { provider: provider.cacheName, directory: id.id, outcome: 'absent' };
    await this.ask(attempt, () => finder.reader.readSecret(provider, setting));
  }

  /** Says what was seen; when one place keeps the name as a secret, the others' values are not shown either. */
  explanation(name: string, explainedAt: string | undefined): Explanation {
    const masked = this.anySecret || isSecretName(name);
    const shown = new Map(this.stops.map((stop) => [stop, show(stop, masked)]));
    return new Explanation(name, [...shown.values()], this.winner && shown.get(this.winner), explainedAt);
  }

  /** @param attempt - Of a place that has nothing. */
  private async ask(attempt: Attempt, read: () => Promise<ListingEntry | PlaceOutcome>): Promise<void> {
    try {
      const outcome = await read();
      if (outcome instanceof DirectoryItem) this.pass({ ...attempt, ...(outcome.stale && { stale: true }) }, outcome);
      else if (outcome === undefined) this.pass(attempt, undefined);
      else if (outcome instanceof StaleAbsence) this.pass({ ...attempt, stale: true }, undefined);
      else if (outcome instanceof Unavailable) this.passRefused(attempt, outcome);
      else if (outcome.kind === 'refused') this.passRefused(attempt, outcome.refusal);
      else this.stops.push({ attempt: { ...attempt, outcome: this.behind(attempt) }, item: undefined });
    } catch (error) {
      const reason = isConfigError(error) ? error.message : 'it failed';
      this.stops.push({ attempt: { ...attempt, outcome: 'failed', reason }, item: undefined });
      this.end ??= 'failed';
    }
  }

  /** What a value behind the winner is: hidden by it, unless it is the one that the cache table has given. */
  private behind({ provider, directory }: Attempt): 'shadowed' | 'cached' {
    const item = this.winner === this.cached ? this.cached?.item : undefined;
    return item?.cacheName === provider && item.directory.path === directory ? 'cached' : 'shadowed';
  }

  private passRefused(attempt: Attempt, { reason, remedy }: Unavailable): void {
    this.stops.push({ attempt: { ...attempt, outcome: 'not permitted', reason, remedy }, item: undefined });
  }
}

function show({ attempt, item, row }: Stop, masked: boolean): ExplainedPlace {
  return { ...attempt, ...(item && showItem(item, masked)), ...(row && showRow(row)) };
}
