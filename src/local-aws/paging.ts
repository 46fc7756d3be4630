import { type Fields, isFields } from './fields';
import { type ServiceError } from './service-error';

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/** Token of the first page; no service gives it out, but the faults on page operations do. */
const firstPageToken = tokenOf(0);

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

/** How an operation that answers in pages names its parts. */
export interface PageOperation {
  /** Member of the request that continues a listing. */
  readonly request: string;
  /** Member of the answer with the token of the next page. */
  readonly response: string;
  /** A token of the first page. */
  readonly firstPage: unknown;
  /** An answer without anything in it. */
  readonly empty: Fields;
}

const firstPageName = 'local-aws-first-page';
const firstPageKey: Fields = { [firstPageName]: { S: firstPageName } };

const byToken = { request: 'NextToken', response: 'NextToken', firstPage: firstPageToken } as const;
const byKey = { request: 'ExclusiveStartKey', response: 'LastEvaluatedKey', firstPage: firstPageKey } as const;

/** The operations that answer in pages, by name. */
export const pageOperations: ReadonlyMap<string, PageOperation> = new Map<string, PageOperation>([
  ['GetParametersByPath', { ...byToken, empty: { Parameters: [] } }],
  ['DescribeParameters', { ...byToken, empty: { Parameters: [] } }],
  ['GetParameterHistory', { ...byToken, empty: { Parameters: [] } }],
  ['ListSecretVersionIds', { ...byToken, empty: { Versions: [] } }],
  ['ListSecrets', { ...byToken, empty: { SecretList: [] } }],
  ['Query', { ...byKey, empty: { Items: [], Count: 0, ScannedCount: 0 } }],
  ['Scan', { ...byKey, empty: { Items: [], Count: 0, ScannedCount: 0 } }],
]);

/** Whether a start key is the one of the first page of a table or partition. */
export function isFirstPageKey(key: unknown): boolean {
  return isFields(key) && Object.hasOwn(key, firstPageName);
}
