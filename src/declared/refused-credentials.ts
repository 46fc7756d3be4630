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
 * Redis, SMTP and AWS say. Its causes are looked at, too.
 */
export function isCredentialsRefused(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < mostCauses && typeof at === 'object' && at !== null; depth += 1) {
    if (saysRefused(at)) return true;
    at = (at as { readonly cause?: unknown }).cause;
  }
  return false;
}

interface Said {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly codeName?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly response?: { readonly status?: unknown } | null;
  readonly $metadata?: { readonly httpStatusCode?: unknown } | null;
}

function saysRefused(error: object): boolean {
  const { name, message, code, codeName, status, statusCode, response, $metadata } = error as Said;
  return (
    [status, statusCode, response?.status, $metadata?.httpStatusCode].some((each) => refusedStatuses.includes(each)) ||
    refusedCodes.includes(code) ||
    [name, codeName].some((each) => typeof each === 'string' && refusedNames.test(each)) ||
    (typeof message === 'string' && refusedMessages.test(message))
  );
}
