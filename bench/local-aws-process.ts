import { type LocalAwsCall, type LocalAwsOptions, startLocalAws } from '../src/local-aws/local-aws';

/** What the parent asks of the local AWS in this process. */
export type LocalAwsRequest =
  | { readonly kind: 'start'; readonly options: LocalAwsOptions }
  | { readonly kind: 'calls' }
  /** Empties the call log, and a table. */
  | { readonly kind: 'reset'; readonly table?: string | undefined }
  | { readonly kind: 'stop' };

/** How it is started. */
export interface LocalAwsReport {
  readonly environment: Readonly<Record<string, string>>;
  /** Requests by operation. */
  readonly calls: Readonly<Record<string, number>>;
  /** Requests by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Requests, oldest first. */
  readonly log: readonly LoggedRequest[];
}

/** A request, on a clock that all processes share. */
export interface LoggedRequest {
  readonly operation: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** Infinite while it is in work. */
  readonly endedAtMs: number;
}

let starting: ReturnType<typeof startLocalAws> | undefined;

process.on('message', (request: LocalAwsRequest) => {
  const sent = (): void => {
    if (request.kind === 'stop') process.disconnect();
  };
  void answer(request).then((report) => process.send?.(report, sent));
});

async function answer(request: LocalAwsRequest): Promise<LocalAwsReport> {
  starting ??= startLocalAws(request.kind === 'start' ? request.options : {});
  const aws = await starting;
  if (request.kind === 'reset') {
    if (request.table !== undefined) await aws.clearTable(request.table);
    aws.calls.clear();
  }
  const calls = count(aws.calls.all.map(({ operation }) => operation));
  const outcomes = count(aws.calls.all.map(({ operation, outcome }) => `${operation} ${outcome ?? 'open'}`));
  if (request.kind === 'stop') await aws.close();
  return { environment: aws.environment, calls, outcomes, log: aws.calls.all.map(logged) };
}

function logged({ operation, startedAtMs, endedAtMs = Infinity }: LocalAwsCall): LoggedRequest {
  const { timeOrigin } = performance;
  return { operation, startedAtMs: timeOrigin + startedAtMs, endedAtMs: timeOrigin + endedAtMs };
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
