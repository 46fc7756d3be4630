import { setTimeout as pause } from 'node:timers/promises';
import { type Lookup, Judge, type Mistake, type Reader, clockText } from './judge';
import { type Question } from './member';
import { type NamedAnswer } from './orders';
import { environment, isSecret, placesOf, type Profile, type View } from './profile';
import { type Fleet } from './fleet';
import { type Step } from './script';
import { type SimulatedClock } from './simulated-clock';
import { type World } from './world';

/** An answer that is not legitimate, and what happened before it. */
export interface Violation extends Mistake {
  /** The lookup and its answer. */
  readonly what: string;
  /** What had to do with its name, oldest first. */
  readonly history: readonly string[];
}

/** What came of an episode. */
export interface EpisodeResult {
  readonly answers: number;
  readonly clears: number;
  readonly changes: number;
  readonly violations: readonly Violation[];
}

/** How long before it was written the answer in a row may have been read, **milliseconds**; a wide reading of "a few seconds". */
const writeAgeMs = 15_000;
/** Longest time that a source which failed is left alone, and a margin, simulated **milliseconds**. */
const pauseMs = 130_000;
/** A lookup that takes longer than this may have been given up, real **milliseconds**. */
const slowMs = 250;

interface Open {
  readonly reader: Reader;
  readonly profile: Profile;
  readonly process: number;
  refreshedMs: number;
  pastCache: boolean;
  asked: boolean;
}

/** What episodes happen in. */
export interface EpisodeParts {
  readonly world: World;
  readonly fleet: Fleet;
  readonly clock: SimulatedClock;
}

/** One run of a script in a world of its own. */
export class Episode {
  private readonly world: World;
  private readonly fleet: Fleet;
  private readonly clock: SimulatedClock;
  private readonly judge: Judge;
  private readonly open = new Map<number, Open>();
  private readonly violations: Violation[] = [];
  private pending: Promise<unknown>[] = [];
  private answers = 0;
  private clears = 0;
  private changes = 0;

  private constructor({ world, fleet, clock }: EpisodeParts, steps: readonly Step[]) {
    this.world = world;
    this.fleet = fleet;
    this.clock = clock;
    const profiles = steps.flatMap((step) => (step.kind === 'open' ? [step.profile] : []));
    const hasSealedRows = profiles.some(({ cacheSecrets }) => cacheSecrets === 'encrypt');
    const skewMs = Math.max(0, ...profiles.map((each) => each.skewMs));
    this.judge = new Judge(world.history, { isSecret, hasSealedRows, skewMs, writeAgeMs, pauseMs, slowMs });
  }

  /** Performs a script. @returns What came of it, or of as many steps as there was time for. */
  static async run(
    { world, fleet, clock }: EpisodeParts,
    steps: readonly Step[],
    endMs = Number.POSITIVE_INFINITY,
  ): Promise<EpisodeResult> {
    await world.reset();
    const episode = new Episode({ world, fleet, clock }, steps);
    for (const step of steps) if (Date.now() < endMs) await episode.perform(step);
    await episode.end();
    const { answers, clears, changes, violations } = episode;
    return { answers, clears, changes, violations };
  }

  private async perform(step: Step): Promise<void> {
    if (step.kind === 'open') this.openOne(step);
    if (step.kind === 'change') {
      this.changes += 1;
      await this.world.change(step.place, step.name, step.isDeletion);
    }
    if (step.kind === 'advance') this.advance(step.ms);
    if (step.kind === 'wipe') {
      this.clears += 1;
      await this.world.wipe(step.partition);
    }
    if (step.kind === 'disturb') this.world.disturb({ ...step, process: this.processId(step.process) });
    if (step.kind === 'calm') this.world.calm();
    if (step.kind === 'deny') this.world.deny({ ...step.denial, process: `${step.process}` });
    if (step.kind === 'permit') this.world.permit();
    if (step.kind === 'join') await this.join();
    if (step.kind === 'kill') await this.kill(step.process);
    if (step.kind === 'freeze') await this.freeze(step.process);
    if (step.kind === 'thaw') this.fleet.thaw(step.process);
    if ('instance' in step && step.kind !== 'open') await this.performOn(step);
  }

  private async performOn(step: Extract<Step, { readonly instance: number }>): Promise<void> {
    const open = this.open.get(step.instance);
    if (open === undefined || step.kind === 'open') return;
    if (step.kind === 'ask') {
      const asking = this.ask(open, step);
      if (step.wait) await asking;
      else this.pending.push(asking);
    }
    if (step.kind === 'clear') await this.clear(open, step);
    if (step.kind === 'refresh' || step.kind === 'refresh past the cache') await this.refresh(open, step);
    if (step.kind === 'close') {
      this.open.delete(step.instance);
      await this.fleet.member(open.process).ask({ kind: 'close', instance: step.instance });
    }
  }

  private openOne({ instance, process, profile }: Extract<Step, { kind: 'open' }>): void {
    const { service, memoryMinutes, staleIfErrorSeconds, cacheSecrets, skewMs } = profile;
    const reader = {
      label: `#${instance}`,
      process: `${process}`,
      partition: partitionOf(profile),
      startedMs: this.clock.nowMs(),
      memoryMs: memoryMinutes * 60_000,
      staleMs: staleIfErrorSeconds * 1000,
      cacheSecrets,
      skewMs,
    };
    const begun = { refreshedMs: Number.NEGATIVE_INFINITY, pastCache: false, asked: false };
    this.open.set(instance, { reader, profile, process, ...begun });
    this.fleet.member(process).open({ kind: 'open', instance, profile });
    const habits = `${memoryMinutes} min, secrets ${cacheSecrets}, clock ${skewMs / 1000} s ahead, ${profile.sources.join('|')}, ${profile.strategy}`;
    this.world.history.note(reader.startedMs, `${reader.label} of ${service} begins in process ${process}: ${habits}`);
  }

  private async ask(open: Open, { instance, view, names, settle }: Extract<Step, { kind: 'ask' }>): Promise<void> {
    const { refreshedMs, pastCache, asked } = open;
    open.asked = true;
    const question: Question = { kind: 'ask', instance, view, names, settle };
    const report = await this.fleet.member(open.process).ask(question);
    if (report?.kind !== 'answers') return;
    for (const atMs of report.troubles) this.world.history.trouble(open.reader.process, atMs);
    for (const each of report.answers) this.take(open, view, each, { refreshedMs, pastCache, isFirst: !asked });
  }

  private take(
    { reader, profile }: Open,
    view: View,
    { name, answer, span, tookMs }: NamedAnswer,
    memory: Pick<Lookup, 'refreshedMs' | 'pastCache' | 'isFirst'>,
  ): void {
    this.answers += 1;
    const places = placesOf(profile, view);
    const accounts = [...new Set(places.map(({ account, source }) => `${source}@${account}`))];
    const chain = `${accounts.join('|')} ${profile.strategy}`;
    const mistake = this.judge.judge({ reader, places, chain, name, span, tookMs, answer, ...memory });
    const what = `${reader.label} (${view}) is given ${answerText(answer)}`;
    this.world.history.note(span.toMs, what, name);
    if (mistake === undefined) return;
    const history = historyOf(this.world, name, span.toMs);
    this.violations.push({ ...mistake, what: `${name}: ${what}`, history });
  }

  private async clear({ process }: Open, { instance, name }: Extract<Step, { kind: 'clear' }>): Promise<void> {
    const open = this.open.get(instance);
    const report = await this.fleet.member(process).ask({ kind: 'clear', instance, name });
    if (report?.kind !== 'done' || report.error !== undefined || open === undefined) return;
    this.clears += 1;
    const { label } = open.reader;
    const partition = partitionOf(open.profile);
    const { span } = report;
    this.world.history.clear({ partition, name, leavesGeneration: true, ...span });
    this.world.history.note(
      span.toMs,
      `${label} has cleared ${name ?? 'the rows'} of ${partition} since ${clockText(span.fromMs)}`,
      name,
    );
  }

  private async refresh(open: Open, { kind, instance }: Extract<Step, { readonly instance: number }>): Promise<void> {
    const pastCache = kind === 'refresh past the cache';
    const report = await this.fleet.member(open.process).ask({ kind: 'refresh', instance, pastCache });
    if (report?.kind !== 'done' || report.error !== undefined) return;
    open.refreshedMs = report.span.fromMs;
    open.pastCache = pastCache;
    this.world.history.note(report.span.toMs, `${open.reader.label}: ${kind}`);
  }

  private advance(ms: number): void {
    // Lookups that are under way are over their time at once.
    for (const { reader } of this.open.values()) this.world.history.trouble(reader.process, this.clock.nowMs());
    this.clock.advance(ms);
    this.world.history.note(this.clock.nowMs(), `${Math.round(ms / 1000)} s later`);
  }

  private async kill(process: number): Promise<void> {
    for (const [instance, open] of this.open) if (open.process === process) this.open.delete(instance);
    this.world.history.note(this.clock.nowMs(), `process ${process} is killed`);
    await this.fleet.restart(process);
  }

  private async freeze(process: number): Promise<void> {
    // Somewhere in the middle of its lookup.
    await pause(Math.random() * 25);
    this.world.history.note(this.clock.nowMs(), `process ${process} is paused`);
    this.fleet.freeze(process);
  }

  private async join(): Promise<void> {
    await Promise.all(this.pending);
    this.pending = [];
  }

  private async end(): Promise<void> {
    this.fleet.thawAll();
    await this.join();
    this.world.calm();
    this.world.permit();
    for (const [instance, { process }] of this.open) await this.fleet.member(process).ask({ kind: 'close', instance });
    for (const text of this.fleet.takeUnhandled()) {
      this.violations.push({ rule: 'failed without a cause', text, what: 'unhandled in a process', history: [] });
    }
  }

  private processId(process: number | undefined): string | undefined {
    return process === undefined ? undefined : `${process}`;
  }
}

function partitionOf({ service }: Profile): string {
  return `/${service}/${environment}`;
}

function answerText(answer: Lookup['answer']): string {
  if (answer.kind === 'failed') return `an error: ${answer.error}`;
  const stale = answer.stale ? ', stale' : '';
  if (answer.kind === 'missing') return `nothing${stale}`;
  return `"${answer.value}"${answer.viaCacher ? ' by a row' : ''}${stale}`;
}

/** What happened to a name until a moment. */
function historyOf(world: World, name: string, untilMs: number): readonly string[] {
  return world.history.events
    .filter((each) => each.atMs <= untilMs && (each.name ?? name) === name)
    .map(({ atMs, text }) => `${clockText(atMs)}  ${text}`);
}
