import { type ServiceError } from './service-error';

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/** Token of the first page; no service gives it out, but the faults on page operations do. */
export const firstPageToken = tokenOf(0);

/**
 * Cuts one page out of a listing.
 *
 * @param token - What the former page gave; `undefined` for the first page.
 * @param invalidToken - Error of the service for a token it never gave.
 */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
  invalidToken: () => ServiceError,
): Page<T> {
  const start = token === undefined ? 0 : offsetOf(token);
  if (start === undefined) throw invalidToken();
  const end = start + size;
  return { items: all.slice(start, end), ...(end < all.length ? { nextToken: tokenOf(end) } : {}) };
}

function tokenOf(offset: number): string {
  return Buffer.from(`local-aws page ${offset}`).toString('base64');
}

function offsetOf(token: string): number | undefined {
  const found = /^local-aws page (\d+)$/.exec(Buffer.from(token, 'base64').toString());
  return found === null ? undefined : Number(found[1]);
}
