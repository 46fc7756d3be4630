import { isCredentialsRefused } from '../../src/index';

it.each([
  ['HTTP 401', { status: 401 }],
  ['HTTP 403', { statusCode: 403 }],
  ['axios', { response: { status: 401 } }],
  ['PostgreSQL', { code: '28P01' }],
  ['MySQL', { code: 'ER_ACCESS_DENIED_ERROR' }],
  ['MongoDB', { code: 18, codeName: 'AuthenticationFailed' }],
  ['Redis', new Error('WRONGPASS invalid username-password pair or user is disabled.')],
  ['SMTP', Object.assign(new Error(), { code: 'EAUTH' })],
  ['AWS', { name: 'UnrecognizedClientException', $metadata: { httpStatusCode: 400 } }],
  ['a wrapped error', new Error('query failed', { cause: { code: '28000' } })],
])('an error of %s says so', (_, error) => {
  expect(isCredentialsRefused(error)).toBe(true);
});

const circular: { cause?: unknown } = {};
circular.cause = circular;

it.each([
  ['a reset', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['HTTP 500', { status: 500, response: null, $metadata: null }],
  ['a text', '28P01'],
  ['nothing', undefined],
  ['null', null],
  ['an error that is its own cause', circular],
])('%s does not', (_, error) => {
  expect(isCredentialsRefused(error)).toBe(false);
});
