import { type CacheSecrets } from '../../src/settings/settings-values';
import { type Effect } from './front';
import { type Place } from './history';
import {
  accountOf,
  allDirectories,
  directoriesOf,
  environment,
  type Profile,
  settingNames,
  settingsKept,
  type View,
  views,
} from './profile';
import { Dice } from './random';
import { type Denial } from './world';

/** One thing that is done to a world. What names something that is not there does nothing, so that steps can be left out. */
export type Step =
  | { readonly kind: 'open'; readonly instance: number; readonly process: number; readonly profile: Profile }
  | {
      readonly kind: 'ask';
      readonly instance: number;
      readonly view: View;
      readonly names: readonly string[];
      readonly settle: boolean;
      /** Whether the next step waits for the answers. */
      readonly wait: boolean;
    }
  | { readonly kind: 'close' | 'refresh' | 'refresh past the cache'; readonly instance: number }
  | { readonly kind: 'clear'; readonly instance: number; readonly name?: string | undefined }
  | { readonly kind: 'wipe'; readonly partition: string }
  | { readonly kind: 'change'; readonly place: Place; readonly name: string; readonly isDeletion: boolean }
  | { readonly kind: 'advance'; readonly ms: number }
  | {
      readonly kind: 'disturb';
      readonly process: number | undefined;
      readonly operation: RegExp;
      readonly effect: Effect;
    }
  | { readonly kind: 'deny'; readonly process: number; readonly denial: Omit<Denial, 'process'> }
  | { readonly kind: 'calm' | 'permit' | 'join' }
  | { readonly kind: 'kill' | 'freeze' | 'thaw'; readonly process: number };

/** How many processes of the operating system there are. */
export const processCount = 3;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const effects: readonly (readonly [weight: number, effect: Effect])[] = [
  [2, { kind: 'error', status: 400, type: 'ThrottlingException' }],
  [2, { kind: 'error', status: 503, type: 'ServiceUnavailable' }],
  [1, { kind: 'error', status: 500, type: 'InternalServerError' }],
  [2, { kind: 'drop' }],
  [1, { kind: 'hang' }],
  [1, { kind: 'delay', ms: 60 }],
];
const omissions: readonly Effect[] = [
  { kind: 'omit', what: 'a value' },
  { kind: 'omit', what: 'an entry' },
  { kind: 'omit', what: 'everything' },
];
const operations: readonly RegExp[] = [
  /^GetParametersByPath$/,
  /^GetParameters/,
  /^ListSecrets$/,
  /SecretValue$/,
  /^Query$/,
  /^(BatchWriteItem|TransactWriteItems|PutItem|UpdateItem)$/,
  /./,
];
const refusalTypes = ['AccessDeniedException', 'ExpiredTokenException', 'UnrecognizedClientException'];

/** What scripts are about. */
export interface ScriptOptions {
  /** Whether everything is looked up at home: what is read for another account hides other mistakes while it gets mixed up. */
  readonly oneAccount: boolean;
  /** Whether answers of AWS may lack something. */
  readonly omissions: boolean;
}

/** Writes the script of one episode. It depends on its seed and on nothing that happens. */
export function scriptOf(seed: number, options: ScriptOptions): readonly Step[] {
  return new Author(new Dice(seed), options).write();
}

class Author {
  private readonly steps: Step[] = [];
  private instances = 0;
  private readonly modes: readonly CacheSecrets[];
  /** Instances that are open. */
  private open: { readonly instance: number; readonly process: number; readonly profile: Profile }[] = [];

  constructor(
    private readonly dice: Dice,
    private readonly options: ScriptOptions,
  ) {
    this.modes = dice.pick<readonly CacheSecrets[]>([
      ['reference'],
      ['reference', 'never'],
      ['reference', 'plaintext'],
      ['encrypt'],
      ['reference', 'encrypt', 'never', 'plaintext'],
    ]);
  }

  write(): readonly Step[] {
    const { dice } = this;
    for (const directory of allDirectories) {
      for (const name of settingNames) if (name !== 'nope' && dice.chance(0.4)) this.changeIn(directory, name, false);
    }
    for (let count = 2 + dice.below(2); count > 0; count -= 1) this.openOne();
    const plots: readonly (readonly [number, () => void])[] = [
      [6, () => this.askSome()],
      [3, () => this.probe()],
      [3, () => this.change()],
      [3, () => this.advance()],
      [3, () => this.changeAndClear()],
      [this.options.omissions ? 2 : 0, () => this.answerInPart()],
      [2, () => this.disturb()],
      [1, () => this.refuse()],
      [1, () => this.freeze()],
      [1, () => this.kill()],
      [1, () => this.forget()],
      [1, () => this.openOne()],
      [1, () => this.atOnce()],
    ];
    for (let turn = 0; turn < 40; turn += 1) dice.weighted(plots)();
    this.probe();
    return this.steps;
  }

  private openOne(likeness?: Profile): number {
    const { dice } = this;
    const instance = (this.instances += 1);
    const process = dice.below(processCount);
    const profile = { ...(likeness ?? this.newChain()), ...this.newHabits() };
    this.open.push({ instance, process, profile });
    this.steps.push({ kind: 'open', instance, process, profile });
    return instance;
  }

  private newChain(): Pick<Profile, 'service' | 'sources' | 'strategy'> {
    const { dice } = this;
    const sources = dice.weighted<Profile['sources']>([
      [5, ['ssm', 'secrets']],
      [3, ['dynamo', 'ssm', 'secrets']],
      [1, ['secrets', 'ssm']],
    ]);
    return {
      service: dice.chance(0.8) ? 'orders' : 'billing',
      sources,
      strategy: dice.chance(0.85) ? 'listing' : 'names',
    };
  }

  private newHabits(): Omit<Profile, 'service' | 'sources' | 'strategy'> {
    const { dice } = this;
    return {
      memoryMinutes: dice.pick([15, 60]),
      cacheSecrets: dice.pick(this.modes),
      refreshLease: dice.chance(0.8),
      staleIfErrorSeconds: dice.chance(0.9) ? 3600 : 0,
      skewMs: dice.chance(0.4) ? 0 : (dice.below(1201) - 600) * second,
      seed: dice.below(2 ** 31),
    };
  }

  private askSome(): void {
    const names = this.dice.some(settingNames, 0.4);
    this.ask(this.anyInstance(), { names, settle: this.dice.chance(0.8) });
  }

  private ask(
    instance: number,
    {
      names = settingNames,
      settle = true,
      wait = true,
    }: { readonly names?: readonly string[]; readonly settle?: boolean; readonly wait?: boolean } = {},
  ): void {
    const view = this.anyView(0.8);
    this.steps.push({ kind: 'ask', instance, view, names, settle, wait });
  }

  /** A new memory looks everything up, and ends. */
  private probe(): void {
    const likeness = this.open.length > 0 && this.dice.chance(0.9) ? this.dice.pick(this.open).profile : undefined;
    const instance = this.openOne(likeness);
    this.ask(instance);
    if (this.dice.chance(0.7)) this.close(instance);
  }

  private change(): void {
    for (let count = 1 + this.dice.below(3); count > 0; count -= 1) {
      const directory = this.dice.pick(allDirectories);
      this.changeIn(directory, this.dice.pick(settingNames), this.dice.chance(0.3));
    }
  }

  private changeIn(directory: string, name: string, isDeletion: boolean): void {
    const { dice } = this;
    const source = dice.pick(settingsKept[name] ?? []);
    const view = this.anyView(0.75);
    const place = { account: accountOf(view, source), source, directory };
    this.steps.push({ kind: 'change', place, name, isDeletion });
  }

  private advance(): void {
    const ms = this.dice.weighted([
      [3, 5 * second],
      [3, minute],
      [4, 5 * minute],
      [3, 14 * minute],
      [2, 16 * minute],
      [2, 50 * minute],
      [1, 61 * minute],
      [1, 3 * hour],
      [1, 12.6 * hour],
    ]);
    this.steps.push({ kind: 'advance', ms: ms + this.dice.below(5 * second) });
  }

  /** What was read before is in memories: something changes, the rows go, and some are asked, a while later each. */
  private changeAndClear(): void {
    const { dice } = this;
    this.ask(this.anyInstance(), { names: dice.some(settingNames, 0.2) });
    if (dice.chance(0.7)) this.pause();
    this.change();
    this.clear();
    for (let count = 1 + dice.below(3); count > 0; count -= 1) {
      if (dice.chance(0.3)) this.probe();
      else this.ask(this.anyInstance());
      if (dice.chance(0.4)) this.pause();
    }
    this.probe();
  }

  private pause(): void {
    this.steps.push({ kind: 'advance', ms: this.dice.pick([2 * second, 30 * second, 4 * minute, 10 * minute]) });
  }

  private clear(): void {
    const { dice } = this;
    const name = dice.chance(0.2) ? dice.pick(settingNames) : undefined;
    const instance = this.anyInstance();
    if (dice.chance(0.75)) this.steps.push({ kind: 'clear', instance, name });
    else this.steps.push({ kind: 'wipe', partition: `/${this.profileOf(instance).service}/${environment}` });
  }

  private answerInPart(): void {
    const { dice } = this;
    const operation = dice.pick(operations.slice(0, 5));
    this.steps.push({ kind: 'disturb', process: undefined, operation, effect: dice.pick(omissions) });
    if (dice.chance(0.5)) this.askSome();
    this.probe();
    this.steps.push({ kind: 'calm' });
    this.probe();
  }

  private disturb(): void {
    const { dice } = this;
    const process = dice.chance(0.5) ? undefined : dice.below(processCount);
    this.steps.push({ kind: 'disturb', process, operation: dice.pick(operations), effect: dice.weighted(effects) });
    for (let count = 1 + dice.below(3); count > 0; count -= 1) {
      if (dice.chance(0.3)) this.change();
      if (dice.chance(0.3)) this.advance();
      if (dice.chance(0.5)) this.probe();
      else this.askSome();
    }
    this.steps.push({ kind: 'calm' });
  }

  private refuse(): void {
    const { dice } = this;
    const process = dice.below(processCount);
    const source = dice.pick(['ssm', 'secrets', 'dynamo'] as const);
    const directory = dice.chance(0.6) && source !== 'secrets' ? dice.pick(directoriesOf('orders')) : undefined;
    const type = dice.pick(refusalTypes);
    this.steps.push({ kind: 'deny', process, denial: { source, directory, type } });
    for (let count = 2 + dice.below(3); count > 0; count -= 1) {
      if (dice.chance(0.3)) this.advance();
      if (dice.chance(0.5)) this.probe();
      else this.askSome();
    }
    this.steps.push({ kind: 'permit' });
    this.probe();
  }

  /** A process is paused in the middle of a lookup while the world continues. */
  private freeze(): void {
    const { dice } = this;
    const [first] = this.open;
    if (first === undefined) return;
    const { instance, process } = dice.pick(this.open);
    this.ask(instance, { wait: false });
    this.steps.push({ kind: 'freeze', process });
    this.change();
    if (dice.chance(0.7)) this.pause();
    const others = this.open.filter((each) => each.process !== process);
    if (others.length > 0) {
      const other = dice.pick(others).instance;
      if (dice.chance(0.6)) this.steps.push({ kind: 'clear', instance: other });
      this.ask(other);
      if (dice.chance(0.5)) this.pause();
    }
    this.steps.push({ kind: 'thaw', process }, { kind: 'join' });
    this.probe();
  }

  private kill(): void {
    const { dice } = this;
    const process = dice.below(processCount);
    const its = this.open.filter((each) => each.process === process);
    if (its.length > 0 && dice.chance(0.7)) this.ask(dice.pick(its).instance, { wait: false });
    this.steps.push({ kind: 'kill', process }, { kind: 'join' });
    this.open = this.open.filter((each) => each.process !== process);
    this.probe();
  }

  private forget(): void {
    const kind = this.dice.pick(['refresh', 'refresh past the cache'] as const);
    const instance = this.anyInstance();
    this.steps.push({ kind, instance });
    this.ask(instance);
  }

  /** Several look up at the same time while something changes and rows go. */
  private atOnce(): void {
    const { dice } = this;
    for (let count = 2 + dice.below(3); count > 0; count -= 1) this.ask(this.anyInstance(), { wait: false });
    if (dice.chance(0.7)) this.change();
    if (dice.chance(0.5)) this.clear();
    this.steps.push({ kind: 'join' });
    this.probe();
  }

  private close(instance: number): void {
    this.steps.push({ kind: 'close', instance });
    this.open = this.open.filter((each) => each.instance !== instance);
  }

  private anyInstance(): number {
    return this.open.length > 0 ? this.dice.pick(this.open).instance : this.openOne();
  }

  private anyView(own: number): View {
    return this.dice.chance(own) || this.options.oneAccount ? 'own' : this.dice.pick(views);
  }

  private profileOf(wanted: number): Profile {
    return this.open.find(({ instance }) => instance === wanted)?.profile ?? ({} as Profile);
  }
}
