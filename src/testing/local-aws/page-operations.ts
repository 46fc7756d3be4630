import { type Fields, isFields } from './fields';
import { firstPageToken } from './paging';

/** How an operation that answers in pages names its parts. */
export interface PageOperation {
  /** Member of the request that continues a listing. */
  readonly request: string;
  /** Member of the answer that says there is more. */
  readonly response: string;
  /** A token that stands for the beginning. */
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
  ['ListSecrets', { ...byToken, empty: { SecretList: [] } }],
  ['Query', { ...byKey, empty: { Items: [], Count: 0, ScannedCount: 0 } }],
  ['Scan', { ...byKey, empty: { Items: [], Count: 0, ScannedCount: 0 } }],
]);

/** Tells whether a start key is the one that stands for the beginning of a table or partition. */
export function isFirstPageKey(key: unknown): boolean {
  return isFields(key) && Object.hasOwn(key, firstPageName);
}
