import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { type RequestKind } from './requests';

/** Something that goes wrong. */
export interface Fault {
  readonly title: string;
  /** What the local AWS does; absent where the requests do not reach it. */
  readonly plan?: (kind: RequestKind) => Omit<LocalAwsFault, 'target' | 'service' | 'body'>;
  /** Where the requests go in place of the local AWS. */
  readonly redirect?: { readonly hostname: string; readonly port: number };
  /** Whether it can happen to a kind of request. Absent: to all. */
  readonly appliesTo?: (kind: RequestKind) => boolean;
}

const error =
  (type: string, status = 400): NonNullable<Fault['plan']> =>
  () => ({ type, status });

/** Longer than the time-outs of the test. */
const tooLongMs = 3000;

/** What can go wrong with a request. */
export const faults: readonly Fault[] = [
  { title: 'throttled', plan: error('ThrottlingException') },
  { title: '500', plan: error('InternalFailure', 500) },
  { title: '503', plan: error('ServiceUnavailable', 503) },
  { title: 'slower than `requestTimeoutMs`', plan: () => ({ delayMs: tooLongMs }) },
  { title: 'no answer', plan: () => ({ hang: true }) },
  { title: 'connection reset', plan: () => ({ dropConn: true }) },
  { title: 'connection refused', redirect: { hostname: '127.0.0.1', port: 1 } },
  { title: 'name not resolved (DNS)', redirect: { hostname: 'nowhere.invalid', port: 80 } },
  {
    title: 'JSON cut short',
    plan: ({ answer }) => ({ raw: { body: JSON.stringify(answer).slice(0, -1) } }),
  },
  {
    title: 'a page of HTML',
    plan: () => ({ raw: { body: '<html>Sign in</html>', contentType: 'text/html' } }),
  },
  {
    title: 'unknown fields beside the known',
    plan: ({ answer }) => ({ raw: { body: JSON.stringify({ ...answer, Color: 'red', More: { deep: [1] } }) } }),
  },
  { title: 'empty body', plan: () => ({ raw: { body: '' } }) },
  { title: 'AccessDenied', plan: error('AccessDeniedException') },
  { title: 'expired token', plan: error('ExpiredTokenException') },
  {
    title: 'no such table',
    plan: error('ResourceNotFoundException'),
    appliesTo: ({ traits }) => traits.includes('table'),
  },
  {
    title: 'errors inside a batch',
    plan: ({ operation }) =>
      operation === 'BatchWriteItem' ? { unprocessed: true } : { batchErrors: 'InternalServiceError' },
    appliesTo: ({ traits }) => traits.includes('batch'),
  },
  {
    title: 'pages without end',
    plan: () => ({ endlessToken: true }),
    appliesTo: ({ traits }) => traits.includes('paged'),
  },
];
