import { readProperty } from '../base/describe-error';

/** Most causes that are followed. */
const mostCauses = 5;
const refusedStatuses: readonly unknown[] = [401, 403];
/**
 * Codes by which drivers say that a login was refused: PostgreSQL, MySQL, SQL Server, SMTP.
 *
 * Sources: https://www.postgresql.org/docs/current/errcodes-appendix.html (class 28),
 * https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 */
const refusedCodes: readonly unknown[] = ['28P01', '28000', 'ER_ACCESS_DENIED_ERROR', 'ELOGIN', 'EAUTH'];
/**
 * What Redis begins its message with, and what MongoDB and AWS call theirs.
 *
 * Sources: https://redis.io/docs/latest/commands/auth/, https://www.mongodb.com/docs/manual/reference/error-codes/
 */
const refusedMessages = /^(WRONGPASS|NOAUTH)\b/;
const refusedNames = /^(AuthenticationFailed|UnrecognizedClient|InvalidSignature|InvalidClientTokenId|ExpiredToken)/;

/**
 * Whether an error says that credentials were refused: HTTP 401 or 403, or what PostgreSQL, MySQL, SQL Server, MongoDB,
 * Redis, SMTP and AWS say. Its causes are looked at, too. Never throws.
 */
export function isCredentialsRefused(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < mostCauses && typeof at === 'object' && at !== null; depth += 1) {
    if (saysRefused(at)) return true;
    at = readProperty(at, 'cause');
  }
  return false;
}

function saysRefused(error: object): boolean {
  const of = (key: string): unknown => readProperty(error, key);
  const within = (key: string, inner: string): unknown => {
    const value = of(key);
    return typeof value === 'object' && value !== null ? readProperty(value, inner) : undefined;
  };
  const message = of('message');
  return (
    [of('status'), of('statusCode'), within('response', 'status'), within('$metadata', 'httpStatusCode')].some((each) =>
      refusedStatuses.includes(each),
    ) ||
    refusedCodes.includes(of('code')) ||
    [of('name'), of('codeName')].some((each) => typeof each === 'string' && refusedNames.test(each)) ||
    (typeof message === 'string' && refusedMessages.test(message))
  );
}
