import { type PolicyDocument } from '../iam/policy-document';

/**
 * How a check ended: well; with something to know; with something that has to be corrected; not made, for want of what an
 * earlier check looked for.
 */
export type CheckState = 'ok' | 'note' | 'problem' | 'skipped';

/** What a check is about. */
export type CheckArea = 'runtime' | 'identity' | 'endpoint' | 'permission' | 'table';

/** One thing that was looked at. */
export interface Check {
  readonly area: CheckArea;
  /** What was looked at: `node`, `credentials`, `ssm /orders/prod`. */
  readonly subject: string;
  readonly state: CheckState;
  /** What was found, in one line and without any value. */
  readonly result: string;
  /** What to do about it; absent where there is nothing to do. */
  readonly remedy?: string;
  /** The same as data, by names that are stable; absent where the line says it all. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** All that was looked at. */
export interface Diagnosis {
  /** Whether there is no problem. */
  readonly ok: boolean;
  /** When it was made, ISO 8601. */
  readonly at: string;
  readonly service: string;
  readonly environment: string;
  readonly checks: readonly Check[];
  /** What to add to the policy of the caller, so that nothing is refused; absent where nothing is. */
  readonly policy?: PolicyDocument;
}

/** What all checks may use. */
export interface CheckSession {
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Longest time for one check, **milliseconds**. */
  readonly limitMs: number;
}

/**
 * Calls something with a signal that is aborted after the time for one check.
 *
 * @throws What the call rejects with; a `TimeoutError` where it ignores the signal.
 */
export async function inTime<T>(limitMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError');
      controller.abort(error);
      reject(error);
    }, limitMs);
  });
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
