import { fitsSortKey } from '../aws/table-names';
import { type SourceChange } from '../cache/rows';

/** A change in a known directory, and the events that reported it. */
export interface EventChange extends SourceChange {
  readonly directory: string;
  /** Ids of the events; one is empty when its event has none. */
  readonly eventIds: readonly string[];
}

/** Random suffix that Secrets Manager adds to each ARN. Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html */
const randomSuffix = /-[A-Za-z0-9]{6}$/;

/**
 * Splits the full name of a parameter or a secret into directory and name.
 *
 * @returns `undefined` for a name in no directory that a chain can have: without a leading slash, or directly below the root.
 */
export function placeOf(fullName: string): { readonly directory: string; readonly name: string } | undefined {
  const end = fullName.lastIndexOf('/');
  const directory = fullName.slice(0, Math.max(0, end));
  const name = fullName.slice(end + 1).toLowerCase();
  return name === '' || !isCacheable(directory, name) ? undefined : { directory, name };
}

/** Whether a path can be a directory of a cached chain, whose sort keys have room for a name. */
export function isCacheable(path: string, name = ''): boolean {
  if (!/^\/[^/]/.test(path) || path.endsWith('/') || path.includes('//') || /[{}|]/.test(path)) return false;
  return fitsSortKey(path + name);
}

/** Whether a directory is one of some paths, or below one. @param prefixes - Absolute paths without a trailing slash. */
export function isWithin(directory: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => directory === prefix || directory.startsWith(`${prefix}/`));
}

/** Gives the name of a parameter from its ARN or its name. */
export function parameterName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(?=\/)/, '');
}

/**
 * Gives the names that a secret with an ARN, or a name, may have.
 *
 * @returns Two for an ARN: callers may leave out its random suffix, and a name may end like one.
 */
export function secretNames(nameOrArn: string): readonly string[] {
  const [, name] = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(nameOrArn) ?? [];
  if (name === undefined) return [nameOrArn];
  return randomSuffix.test(name) ? [name.replace(randomSuffix, ''), name] : [name];
}
