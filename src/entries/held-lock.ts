import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { currentSession } from '../cache/current-session';
import { StateLockedError } from './entries-error';
import { type LockHolder, type StateStore } from './state';

/** How long a lock lasts without being renewed, **milliseconds**: far longer than one entry can take. */
const lockMs = 300_000;

/** The lock of one run, which has to be renewed. */
export class HeldLock {
  private readonly id = randomUUID();
  private readonly clock = currentSession().nowMs;
  private renewedMs = 0;

  constructor(
    private readonly state: StateStore,
    private readonly operation: string,
  ) {}

  /** @throws StateLockedError when another run has it. */
  async take(): Promise<void> {
    this.renewedMs = this.clock();
    const holder: LockHolder = {
      id: this.id,
      who: `${userName()}@${hostname()}, process ${process.pid}`,
      operation: this.operation,
      untilMs: this.renewedMs + lockMs,
    };
    await this.state.lock(holder);
  }

  /** Makes it last longer, where a part of its time is over. @throws StateLockedError when all of it is. */
  async renew(): Promise<void> {
    const elapsedMs = this.clock() - this.renewedMs;
    if (elapsedMs >= lockMs) throw this.endedError();
    if (elapsedMs > lockMs / 4) await this.take();
  }

  /** Makes sure that no other run has had it since it was taken. @throws StateLockedError */
  async confirm(): Promise<void> {
    if ((await this.state.holder())?.id !== this.id) throw this.endedError();
    await this.take();
  }

  private endedError(): StateLockedError {
    const summary = `the lock of the state ${this.state.place} ended while this run had it: it was given up with xcon unlock, or not renewed for ${lockMs / 1000} s.`;
    const detail = 'Nothing more is written, as another run may have begun. Apply again.';
    return new StateLockedError([{ severity: 'error', summary, detail }]);
  }

  /** A lock that cannot be given up ends by itself. */
  async release(): Promise<void> {
    await this.state.unlock(this.id).catch(() => undefined);
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown user';
  }
}
