import { type Fields, isFields } from './fields';
import { type Answer } from './protocols';
import { type LocalAwsService } from './service';

/** How a request ended. */
export type LocalAwsOutcome = 'ok' | 'error' | 'fault' | 'throttled' | 'aborted';

/** One request the local AWS received. */
export interface LocalAwsCall {
  /** Service of the request; `unknown` when the request does not name it. */
  readonly service: LocalAwsService | 'unknown';
  /** AWS name of the operation; empty when the request names none, and of STS while the body arrives. */
  readonly operation: string;
  /** Body of the request, parsed, secret values replaced by `***`; `undefined` while it arrives and when it is no JSON object. */
  readonly body: unknown;
  /** Arrival, milliseconds on the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /** When the answer was given, or the connection closed; absent while the request is under way. */
  readonly endedAtMs?: number;
  /** Absent while the request is under way. `aborted`: the client closed the connection, or the local AWS was closed. */
  readonly outcome?: LocalAwsOutcome;
  /** HTTP status of the answer; absent while there is none. */
  readonly status?: number;
  /** AWS name of the error that was answered, such as `ParameterNotFound`. */
  readonly error?: string;
}

/** The requests the local AWS received, oldest first. Values of secrets and parameters never appear in it. */
export interface CallLog {
  /** Every request, in the order in which they arrived. */
  readonly all: readonly LocalAwsCall[];
  /**
   * Gives the requests of one operation.
   *
   * @param operation - Exact name, or an expression that matches it.
   */
  of(operation: string | RegExp): readonly LocalAwsCall[];
  /** Number of requests: of one operation, or of all. */
  count(operation?: string | RegExp): number;
  /** Clears the log. */
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

/** A request that is under way; `RecordedCalls` completes it. */
export interface OpenCall {
  service: LocalAwsService | 'unknown';
  operation: string;
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
  begin(): OpenCall {
    const startedAtMs = performance.now();
    const call: OpenCall = { service: 'unknown', operation: '', body: undefined, startedAtMs };
    this.calls.push(call);
    return call;
  }

  /** Logs the end of a request, with its answer if there was one. */
  end(call: OpenCall, outcome: LocalAwsOutcome, answer?: Answer): void {
    call.endedAtMs = performance.now();
    call.outcome = outcome;
    if (answer?.kind !== 'body') return;
    call.status = answer.status;
    if (answer.error !== undefined) call.error = answer.error;
  }
}

/** Members of requests, of any service, that hold the value of a parameter or a secret. */
const secretMembers: readonly string[] = [
  ...['Value', 'SecretString', 'SecretBinary', 'Plaintext', 'RotationToken', 'TokenCode'],
];
/** Members that hold attributes of rows, by name. */
const rowMembers: readonly string[] = [
  ...['Item', 'ExpressionAttributeValues', 'AttributeUpdates', 'Expected'],
  ...['KeyConditions', 'QueryFilter', 'ScanFilter'],
];
/** Attributes of the library's tables that hold keys, places and times. All others may be values. */
const shownAttributes: readonly string[] = [
  ...['app_key', 'name_key', 'name', 'real_name', 'original_name', 'real_directory', 'source', 'ttl', 'created_at'],
  ...['cache_concat_directory_paths', 'cache_concat_provider_names', ':partition'],
];
const hidden = '***';
/** Greatest depth of requests that are logged. */
const mostLevels = 40;

/** Replaces the values that a request carries, so that the call log can be printed. What a row is about stays. */
export function redact(fields: Fields): Fields {
  return redactMembers(fields, mostLevels);
}

function redactMembers(fields: Fields, levels: number): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (secretMembers.includes(name)) return [name, hidden];
      return [name, rowMembers.includes(name) ? redactRow(value) : redactAll(value, levels - 1)];
    }),
  );
}

function redactAll(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels <= 0) return hidden;
  return Array.isArray(value)
    ? value.map((each) => redactAll(each, levels - 1))
    : redactMembers(value as Fields, levels);
}

function redactRow(row: unknown): unknown {
  if (!isFields(row)) return hidden;
  return Object.fromEntries(
    Object.entries(row).map(([name, attribute]) => [name, isShown(name, attribute) ? attribute : hidden]),
  );
}

/** Attributes of the library's own rows have this prefix. */
function isShown(name: string, attribute: unknown): boolean {
  if (!isFields(attribute)) return false;
  const [kind = '', ...others] = Object.keys(attribute);
  if (others.length > 0 || !['S', 'N', 'BOOL', 'NULL'].includes(kind)) return false;
  return shownAttributes.includes(name) || name.startsWith('xcon_');
}
