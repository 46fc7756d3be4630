import { Directory } from '../directory/directory';
import { InvalidNameError } from '../errors';
import { Unavailable } from '../item/directory-listing';
import { type ConfigValue } from '../item/value';

/** A failure of a read: an error, or a refusal. */
export type FakeFailure = Error | Unavailable;

/** A failure of every read, those of the first reads, or those of directories by their path. */
export type FakeFailures = FakeFailure | readonly FakeFailure[] | Readonly<Record<string, FakeFailure>>;

/** Values by full name (`/orders/prod/DB_HOST`), or by plain name: those are in every directory. */
export type FakeValues = Readonly<Record<string, ConfigValue | undefined>>;

/** A setting that a fake provider holds. */
export interface FakeSetting {
  readonly name: string;
  readonly value: ConfigValue;
  /** Path of its directory; `undefined`: every one. */
  readonly path: string | undefined;
}

/** Values, failures and latency of a fake provider. */
export class FakeSource {
  /** Paths of directories and full names that were read, in order. */
  readonly reads: string[] = [];
  private readonly settings = new Map<string, FakeSetting>();
  private failures: FakeFailures = [];
  private latencyMs = 0;

  /** @throws InvalidNameError, InvalidDirectoryError for an invalid name. */
  set(fullName: string, value: ConfigValue | undefined): void {
    this.settings.delete(fullName);
    if (value !== undefined) this.settings.set(fullName, { ...placeOf(fullName), value });
  }

  setFailures(failures: FakeFailures): void {
    this.failures = Array.isArray(failures) ? [...(failures as readonly FakeFailure[])] : failures;
  }

  setLatency(latencyMs: number): void {
    this.latencyMs = latencyMs;
  }

  /** Lists the settings of a directory; those that are in it alone come last, and so win over equal names. */
  list({ path }: Directory): readonly FakeSetting[] {
    const settings = [...this.settings.values()];
    return [...settings.filter((each) => each.path === undefined), ...settings.filter((each) => each.path === path)];
  }

  /**
   * Answers a read, after the latency.
   *
   * @param what - Path or full name, for `reads`.
   * @throws The failure that is due, and the reason of the signal.
   */
  async answer<T>(what: string, { path }: Directory, signal: AbortSignal, give: () => T): Promise<T | Unavailable> {
    this.reads.push(what);
    const failure = this.nextFailure(path);
    if (this.latencyMs > 0) await wait(this.latencyMs, signal);
    if (failure instanceof Unavailable) return failure;
    if (failure !== undefined) throw failure;
    return give();
  }

  private nextFailure(path: string): FakeFailure | undefined {
    const { failures } = this;
    if (failures instanceof Error || failures instanceof Unavailable) return failures;
    if (Array.isArray(failures)) return (failures as FakeFailure[]).shift();
    const byPath = failures as Readonly<Record<string, FakeFailure>>;
    return Object.hasOwn(byPath, path) ? byPath[path] : undefined;
  }
}

function placeOf(fullName: string): Omit<FakeSetting, 'value'> {
  const slash = fullName.lastIndexOf('/');
  const name = fullName.slice(slash + 1);
  if (name === '') throw new InvalidNameError(`"${fullName}" has nothing behind its last slash`);
  return { name, path: slash === -1 ? undefined : Directory.literal(fullName.slice(0, slash)).path };
}

/** Waits by the global timer, which a test may fake. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}
