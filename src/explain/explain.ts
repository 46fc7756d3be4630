import { mask } from '../base/printable';
import { isDate, isoTime } from '../base/time';
import { type TimeLeft, withTimeLimit } from '../base/time-limit';
import { type CachedRow } from '../cache/cacher';
import { type SettingId, settingById } from '../chain/by-id';
import { type CacherAnswer } from '../chain/chain-finder';
import { type Attempt, attemptOf, type Place, type PlaceOutcome, type WalkResult } from '../chain/walk';
import { withLambdaFreezeGuard } from '../config/lambda-freeze-guard';
import { lastKnownGoodPart } from '../config/last-known-good/part';
import { type LookupFailure } from '../config/last-known-good/recall';
import { type WaitOptions } from '../config/lookup-options';
import { finderOf } from '../config/finder';
import { type LookupScope } from '../config/lookup-scope';
import { isConfigError, ProviderError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { isRefused, isUnread, type ListingEntry, Unavailable } from '../item/directory-listing';
import { StaleAbsence } from '../memory/stale';
import { type ExplainedPlace, Explanation, type ExplanationRenderers, ExplanationSet, pagePart } from './explained';
import { isSecretName, showValue } from './shown-value';
import { explanationsText, explanationText } from './text';

/** Gives the renderers of explanations; that of pages is loaded where it is provided, because `toHtml()` is synchronous. */
export async function loadRenderers(): Promise<ExplanationRenderers> {
  const page = await pagePart.loadIfProvided();
  return { text: explanationText, table: explanationsText, page: page?.explanationPage };
}

/** How a name is explained. */
export interface ExplainOptions extends WaitOptions {
  /** What is read instead of the cache and the directories. */
  readonly id?: SettingId | undefined;
  /** Whether the value is a secret wherever it comes from. Default: false. */
  readonly secret?: boolean;
}

/** An explanation, and the item of its winner. */
export interface ExplainedItem {
  readonly explanation: Explanation;
  /** `undefined` when there is no winner. */
  readonly item: DirectoryItem | undefined;
}

/** Explains one name. @throws As {@link explainItem}. */
export async function explain(scope: LookupScope, name: string, options: WaitOptions): Promise<Explanation> {
  return (await explainItem(scope, name, options)).explanation;
}

/** Explains names; they share what is read. @throws As {@link explainItem}. */
export async function explainAll(
  scope: LookupScope,
  names: readonly string[],
  options: WaitOptions,
): Promise<ExplanationSet> {
  const explanations = await Promise.all(names.map((name) => explain(scope, name, options)));
  return explanationSet(scope, explanations, await loadRenderers());
}

/** Makes a set of explanations of one scope. */
export function explanationSet(
  scope: LookupScope,
  explanations: readonly Explanation[],
  renderers: ExplanationRenderers,
): ExplanationSet {
  const { service, environment, clock } = scope;
  return new ExplanationSet(`${service} in ${environment}`, explanations, isoTime(clock.nowMs()), renderers);
}

/**
 * Reads every place for a name, also those behind the answer.
 *
 * It does not reject when a source fails: the place has the outcome `failed`.
 *
 * @param name - In the caller's case.
 * @throws ProviderError when it takes longer than the budget of a lookup; the reason of the signal.
 */
export function explainItem(scope: LookupScope, name: string, options: ExplainOptions): Promise<ExplainedItem> {
  const { signal } = options;
  const { lookupBudgetMs: budgetMs } = scope.settings;
  const problem = `no answer within lookupBudgetMs (${budgetMs} ms) for "${name}"`;
  const onTimeout = (): Error => new ProviderError('explain', undefined, problem);
  const visit = (time: TimeLeft): Promise<ExplainedItem> => visitAll(scope, name, options, time);
  return withLambdaFreezeGuard(scope, () => withTimeLimit(visit, { budgetMs, signal, onTimeout }));
}

/** Visits all places in the order of a lookup: overrides, leading providers, the cache table, directories, defaults. */
async function visitAll(
  scope: LookupScope,
  name: string,
  options: ExplainOptions,
  time: TimeLeft,
): Promise<ExplainedItem> {
  const key = name.toLowerCase();
  const run = new ExplainRun(scope, { key, name }, options.secret === true);
  run.add({ provider: 'override', outcome: 'absent' }, scope.override(key));
  for (const place of finderOf(scope).leading) await run.visit(place);
  if (options.id === undefined) await visitChain(scope, run, name, time);
  else await run.visitById(options.id);
  run.add({ provider: 'default', outcome: 'absent' }, scope.default(key));
  return run.result(await loadRenderers());
}

async function visitChain(scope: LookupScope, run: ExplainRun, name: string, time: TimeLeft): Promise<void> {
  const { settings } = scope;
  const finder = finderOf(scope);
  if (!run.isDecided) run.addCached(await finder.findInCacher(name, time));
  finder.startReading(name);
  for (const place of finder.walked) await run.visit(place);
  if (settings.lastKnownGood === undefined) return;
  const { recallFor } = await lastKnownGoodPart.load();
  run.addRecalled(await recallFor(scope, name, run.failure));
}

interface ExplainedName {
  /** Lower-cased. */
  readonly key: string;
  /** In the caller's case. */
  readonly name: string;
}

/** One place that was visited, and its answer. */
interface Step {
  readonly attempt: Attempt;
  readonly item: DirectoryItem | undefined;
  /** The row of the cache table that the answer is from. */
  readonly row?: CachedRow | undefined;
}

/** The places that were visited for one name, in order; unlike a lookup, also those behind the answer. */
class ExplainRun {
  private readonly steps: Step[] = [];
  private winner: Step | undefined;
  /** The winner, when it is an answer of the cache table. */
  private cached: Step | undefined;
  /** Why no later place can be the answer of `get`. */
  private end: 'found' | 'failed' | 'known to be missing' | undefined;

  constructor(
    private readonly scope: LookupScope,
    private readonly name: ExplainedName,
    private hasSecret: boolean,
  ) {}

  /** Whether the answer of `get` is known. */
  get isDecided(): boolean {
    return this.end !== undefined;
  }

  /** Adds the answer of the cache table, when there is one. */
  addCached(answer: CacherAnswer | undefined): void {
    if (answer === undefined) return;
    this.add(answer.attempt, answer.item, answer.row);
    if (answer.item !== undefined) this.cached = this.winner;
    if (answer.attempt.outcome === 'known to be missing') this.end = 'known to be missing';
  }

  /** Adds a place that has an item, or none. A default counts even for a name that the cache table records as missing. */
  add(attempt: Attempt, item: DirectoryItem | undefined, row?: CachedRow): void {
    if (item === undefined) {
      this.steps.push({ attempt, item, row });
      return;
    }
    this.hasSecret ||= item.secret;
    const isWinner = this.end === undefined || (this.end === 'known to be missing' && attempt.provider === 'default');
    const directory = attempt.directory ?? item.directory.path;
    const outcome = isWinner ? 'found' : this.outcomeBehind(attempt);
    const step: Step = { attempt: { ...attempt, directory, outcome }, item, row };
    this.steps.push(step);
    if (!isWinner) return;
    this.winner = step;
    this.end = 'found';
  }

  /** Failures and refusals that `get` would meet before its answer. */
  get failure(): LookupFailure {
    const earlier = this.steps.slice(0, this.winner === undefined ? undefined : this.steps.indexOf(this.winner));
    const refused = earlier.map(({ attempt }) => attempt).filter(({ outcome }) => outcome === 'not permitted');
    return { isFailed: this.end === 'failed', refused };
  }

  /** Adds the last known good answer, which `get` gives instead of what was found. */
  addRecalled(recalled: WalkResult | undefined): void {
    const attempt = recalled?.attempts.at(-1);
    if (recalled === undefined || attempt === undefined) return;
    const { winner } = this;
    if (winner !== undefined) {
      this.steps[this.steps.indexOf(winner)] = { ...winner, attempt: { ...winner.attempt, outcome: 'shadowed' } };
      this.winner = undefined;
    }
    this.end = recalled.item === undefined ? 'known to be missing' : undefined;
    this.add(attempt, recalled.item);
  }

  /** Visits a place; behind the answer, secrets are not read. */
  async visit(place: Place): Promise<void> {
    const { key, name } = this.name;
    const { reader } = finderOf(this.scope);
    await this.addOutcome(attemptOf(place, undefined), async () => {
      const listed = await reader.peek(place, key, name);
      if (isUnread(listed) || isRefused(listed)) this.hasSecret = true;
      return this.isDecided ? listed : reader.read(place, key, name);
    });
  }

  /** Reads a setting by its full name, unless there is an answer already. */
  async visitById(id: SettingId): Promise<void> {
    const { provider, setting } = settingById(this.scope.providers, this.name.key, id);
    if (provider === undefined || this.isDecided) return;
    const attempt: Attempt = { provider: provider.cacheName, directory: id.id, outcome: 'absent' };
    await this.addOutcome(attempt, () => finderOf(this.scope).reader.readSecret(provider, setting));
  }

  /** Gives the explanation. When one place keeps the name as a secret, the values of all places are masked. */
  result(renderers: ExplanationRenderers): ExplainedItem {
    const { name } = this.name;
    const isMasked = this.hasSecret || isSecretName(name);
    const shown = new Map(this.steps.map((step) => [step, show(step, isMasked)]));
    const winner = this.winner && shown.get(this.winner);
    const explainedAt = isoTime(this.scope.clock.nowMs());
    return {
      explanation: new Explanation({ name, places: [...shown.values()], winner, explainedAt }, renderers),
      item: this.winner?.item,
    };
  }

  /** @param attempt - Attempt of a place that has nothing. */
  private async addOutcome(attempt: Attempt, read: () => Promise<ListingEntry | PlaceOutcome>): Promise<void> {
    try {
      const outcome = await read();
      if (outcome instanceof DirectoryItem) this.add({ ...attempt, ...(outcome.stale && { stale: true }) }, outcome);
      else if (outcome === undefined) this.add(attempt, undefined);
      else if (outcome instanceof StaleAbsence) this.add({ ...attempt, stale: true }, undefined);
      else if (outcome instanceof Unavailable) this.addRefused(attempt, outcome);
      else if (outcome.kind === 'refused') this.addRefused(attempt, outcome.refusal);
      else this.steps.push({ attempt: { ...attempt, outcome: this.outcomeBehind(attempt) }, item: undefined });
    } catch (error) {
      const reason = isConfigError(error) ? error.message : 'it failed';
      this.steps.push({ attempt: { ...attempt, outcome: 'failed', reason }, item: undefined });
      this.end ??= 'failed';
    }
  }

  /** Gives the outcome of a value behind the winner: `shadowed`, unless the winner is a cached row of this place. */
  private outcomeBehind({ provider, directory }: Attempt): 'shadowed' | 'cached' {
    const item = this.winner === this.cached ? this.cached?.item : undefined;
    return item?.cacheName === provider && item.directory.path === directory ? 'cached' : 'shadowed';
  }

  private addRefused(attempt: Attempt, { reason, remedy }: Unavailable): void {
    this.steps.push({ attempt: { ...attempt, outcome: 'not permitted', reason, remedy }, item: undefined });
  }
}

function show({ attempt, item, row }: Step, isMasked: boolean): ExplainedPlace {
  return { ...attempt, ...(item && showItem(item, isMasked)), ...(row && showRow(row)) };
}

function showItem(item: DirectoryItem, isMasked: boolean): Omit<ExplainedPlace, keyof Attempt> {
  return {
    value: isMasked || item.secret ? mask : showValue(item.value),
    version: item.version,
    changedAt: timeOf(item.changedAtMs),
    staleSince: item.staleSince,
    cachedAt: item.viaCacher ? item.createdAt : undefined,
  };
}

function showRow({ kind, provider, createdAt, ttl }: CachedRow): Omit<ExplainedPlace, keyof Attempt> {
  return {
    cachedAs: kind,
    cachedFrom: provider,
    cachedAt: createdAt,
    cachedUntil: timeOf(ttl && ttl * 1000),
  };
}

/** Gives a moment in ISO 8601; `undefined` for none, or for one that no Date can hold, as a row may have. */
function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined || !isDate(ms) ? undefined : isoTime(ms);
}
