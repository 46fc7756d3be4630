import { type Answer } from './answer';
import { type LocalAwsService } from './service';

/** How a request ended. */
export type LocalAwsOutcome = 'ok' | 'error' | 'fault' | 'throttled' | 'aborted';

/** One request the local AWS received. */
export interface LocalAwsCall {
  readonly service: LocalAwsService | 'unknown';
  /** AWS name of the operation; empty when the request names none. */
  readonly operation: string;
  /** Body of the request, parsed, secret values replaced by `***`; `undefined` while it arrives and when it is no JSON object. */
  readonly body: unknown;
  /** Arrival, milliseconds on the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /** When the answer was given, or the connection gone; absent while the request is in work. */
  readonly endedAtMs?: number;
  /** Absent while the request is in work. `aborted`: the client went away, or the local AWS was closed. */
  readonly outcome?: LocalAwsOutcome;
  /** HTTP status of the answer; absent while there is none. */
  readonly status?: number;
  /** AWS name of the error that was answered, such as `ParameterNotFound`. */
  readonly error?: string;
}

/** The requests the local AWS received, oldest first. Values of secrets and parameters never appear in it. */
export interface CallLog {
  readonly all: readonly LocalAwsCall[];
  /** @param operation - Exact name, or an expression that matches it. */
  of(operation: string | RegExp): readonly LocalAwsCall[];
  /** Number of requests: of one operation, or of all. */
  count(operation?: string | RegExp): number;
  /** Forgets what was logged. */
  clear(): void;
  /**
   * Number of rounds in which the requests came, one after the other.
   *
   * A request begins a new round when it starts after every request of the former round has ended. Without latency an
   * answer may be out before a request sent at the same moment has arrived: give the server some (`latencyMs: 20`).
   *
   * @param operation - Counts the rounds of these requests only.
   */
  rounds(operation?: string | RegExp): number;
}

/** A request in work; `RecordedCalls` hands it out to be completed. */
export interface OpenCall {
  readonly service: LocalAwsService | 'unknown';
  readonly operation: string;
  body: unknown;
  readonly startedAtMs: number;
  endedAtMs?: number;
  outcome?: LocalAwsOutcome;
  status?: number;
  error?: string;
}

/** The log as the server writes it. */
export class RecordedCalls implements CallLog {
  private calls: OpenCall[] = [];

  get all(): readonly LocalAwsCall[] {
    return [...this.calls];
  }

  of(operation: string | RegExp): readonly LocalAwsCall[] {
    return this.calls.filter((call) =>
      typeof operation === 'string' ? call.operation === operation : call.operation.search(operation) >= 0,
    );
  }

  count(operation?: string | RegExp): number {
    return operation === undefined ? this.calls.length : this.of(operation).length;
  }

  clear(): void {
    this.calls = [];
  }

  rounds(operation?: string | RegExp): number {
    let rounds = 0;
    let endMs = -Infinity;
    for (const { startedAtMs, endedAtMs = Infinity } of operation === undefined ? this.calls : this.of(operation)) {
      if (startedAtMs > endMs) rounds += 1;
      endMs = Math.max(endMs, endedAtMs);
    }
    return rounds;
  }

  /** Logs the arrival of a request. */
  begin(service: LocalAwsService | 'unknown', operation: string): OpenCall {
    const call: OpenCall = { service, operation, body: undefined, startedAtMs: performance.now() };
    this.calls.push(call);
    return call;
  }

  /** Logs the end of a request, and what was answered if anything was. */
  end(call: OpenCall, outcome: LocalAwsOutcome, answer?: Answer): void {
    call.endedAtMs = performance.now();
    call.outcome = outcome;
    if (answer?.kind !== 'body') return;
    call.status = answer.status;
    if (answer.error !== undefined) call.error = answer.error;
  }
}
