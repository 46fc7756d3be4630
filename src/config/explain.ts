import { type CachedRow } from '../cache/cacher';
import { type CacherAnswer } from '../chain/chain-finder';
import { type Attempt, attemptOf, type Place } from '../chain/walk';
import { isConfigError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type Unavailable } from '../item/directory-listing';
import { type ExplainedPlace, Explanation, isoTime, isSecretName, showItem, showRow } from './explanation';
import { ExplanationSet } from './explanation-set';
import { inTime } from './lookup';
import { type LookupScope } from './lookup-scope';

/** Explains names; they share what is read. @throws ProviderError when it takes longer than the budget of a lookup. */
export async function explainAll(scope: LookupScope, names: readonly string[]): Promise<ExplanationSet> {
  const explanations = await Promise.all(names.map((name) => explain(scope, name)));
  const { service, environment, clock } = scope;
  return new ExplanationSet(`${service} in ${environment}`, explanations, isoTime(clock.nowMs()));
}

/**
 * Asks every place for a name, also those behind the answer.
 *
 * @param name - As asked.
 * @throws ProviderError when it takes longer than the budget of a lookup. A source that failed is told of instead.
 */
export function explain(scope: LookupScope, name: string): Promise<Explanation> {
  return inTime(scope, name, tourOf(scope, name));
}

async function tourOf(scope: LookupScope, name: string): Promise<Explanation> {
  const key = name.toLowerCase();
  const tour = new Tour();
  const { finder } = scope;
  tour.pass({ provider: 'override', outcome: 'absent' }, scope.override(key));
  for (const place of finder.leading) await tour.visit(scope, place, { key, name });
  if (!tour.isOver) tour.passAttempt(await finder.askCacher(name, scope.clock.nowMs() + scope.settings.lookupBudgetMs));
  finder.startReading(name);
  for (const place of finder.walked) await tour.visit(scope, place, { key, name });
  tour.pass({ provider: 'default', outcome: 'absent' }, scope.default(key));
  return tour.explanation(name, isoTime(scope.clock.nowMs()));
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
  /** Why nothing behind this point can be the answer of `get`. */
  private end: 'found' | 'failed' | 'known to be missing' | undefined;
  private anySecret = false;

  get isOver(): boolean {
    return this.end !== undefined;
  }

  /** Passes a place that is known: the cacher's, when there is one. */
  passAttempt(answer: CacherAnswer | undefined): void {
    if (answer === undefined) return;
    this.pass(answer.attempt, answer.item, answer.row);
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
    const stop: Stop = { attempt: { ...attempt, directory, outcome: wins ? 'found' : 'shadowed' }, item, row };
    this.stops.push(stop);
    if (!wins) return;
    this.winner = stop;
    this.end = 'found';
  }

  /** Asks a place; behind the answer, secrets are not read. */
  async visit(
    { finder }: LookupScope,
    place: Place,
    { key, name }: { readonly key: string; readonly name: string },
  ): Promise<void> {
    try {
      const listed = await finder.reader.peek(place, key, name);
      if (typeof listed === 'object' && 'kind' in listed) this.anySecret = true;
      const outcome = this.isOver ? listed : await finder.reader.read(place, key, name);
      if (outcome instanceof DirectoryItem) this.pass(attemptOf(place, outcome), outcome);
      else if (typeof outcome === 'object' && 'kind' in outcome)
        this.passUnread(place, outcome.kind === 'refused' ? outcome.refusal : undefined);
      else this.stops.push({ attempt: attemptOf(place, outcome), item: undefined });
    } catch (error) {
      const reason = isConfigError(error) ? error.message : 'it failed';
      this.stops.push({ attempt: { ...attemptOf(place, undefined), outcome: 'failed', reason }, item: undefined });
      this.end ??= 'failed';
    }
  }

  /** Says what was seen; when one place keeps the name as a secret, the others' values are not shown either. */
  explanation(name: string, explainedAt: string | undefined): Explanation {
    const masked = this.anySecret || isSecretName(name);
    const shown = new Map(this.stops.map((stop) => [stop, show(stop, masked)]));
    return new Explanation(name, [...shown.values()], this.winner && shown.get(this.winner), explainedAt);
  }

  private passUnread(place: Place, refusal: Unavailable | undefined): void {
    this.anySecret = true;
    const attempt = attemptOf(place, refusal);
    this.stops.push({
      attempt: refusal === undefined ? { ...attempt, outcome: 'shadowed' } : attempt,
      item: undefined,
    });
  }
}

function show({ attempt, item, row }: Stop, masked: boolean): ExplainedPlace {
  return { ...attempt, ...(item && showItem(item, masked)), ...(row && showRow(row)) };
}
