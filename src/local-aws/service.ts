import { type Fields, isFields } from './fields';
import { validationError } from './service-error';

/** Every service the local AWS answers for. */
export const services = ['ssm', 'secretsmanager', 'dynamodb', 'kms', 'sts', 'appconfigdata'] as const;

/** Services the local AWS answers for. */
export type LocalAwsService = (typeof services)[number];

/** Where a reader finds what each operation does; the last sentence of refusals. */
export const whereOperationsAre =
  'The operations it has, and their members, are in docs/reference/local-aws.md of xcon.';

/** Who signed a request. */
export interface Identity {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
  /** Id of the user, or id of the role and name of the session. */
  readonly userId: string;
}

/** Answers one operation; throws a `ServiceError` where the real service would. */
export type Operation = (fields: Fields, caller: Identity) => Fields | Promise<Fields>;

/** An operation, and the members of its request that have an effect. */
export interface SupportedOperation {
  /**
   * Members that have an effect: a request with any other one is refused. A member of a member follows a dot; lists are
   * left out, each value of a map is `*`: `Tags.Key`, `RequestItems.*.Keys`.
   */
  readonly members: readonly string[];
  readonly perform: Operation;
}

/** Operations of one service, by name. */
export type Operations = ReadonlyMap<string, SupportedOperation>;

/** Something that was changed, reported to the listeners of `LocalAws.onChange`. */
export interface LocalAwsChange {
  /** Service in which something changed. */
  readonly service: LocalAwsService;
  /** AWS name of the operation that made the change, such as `PutParameter`. */
  readonly operation: string;
  /** Name of the parameter or the secret; for DynamoDB, of the table. */
  readonly name: string;
}

/** What every service needs from the server. */
export interface ServiceContext {
  /** Current time, milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Reports a change to the listeners. */
  readonly changed: (change: LocalAwsChange) => void;
}

/**
 * Declares the operations of a service.
 *
 * @param declared - By name: its members, with spaces between them, and what performs it.
 */
export function operationsOf(declared: Readonly<Record<string, readonly [members: string, Operation]>>): Operations {
  return new Map(
    Object.entries(declared).map(([name, [members, perform]]) => [
      name,
      { members: members.match(/\S+/g) ?? [], perform },
    ]),
  );
}

/**
 * Refuses a request that has a member which would be ignored.
 *
 * @param name - Of the operation.
 * @throws ServiceError `ValidationException` that names the member.
 */
export function refuseOtherMembers(name: string, { members }: SupportedOperation, fields: Fields): void {
  const other = otherMember(fields, members);
  if (other === undefined) return;
  throw validationError(
    `The local AWS does not support the member ${other} of ${name}, and ignores none: leave it out. ` +
      `It supports ${members.join(', ') || 'none'}. ${whereOperationsAre}`,
  );
}

/** Finds the path of a member that is not among `members`, which are relative to `value`. */
function otherMember(value: unknown, members: readonly string[]): string | undefined {
  if (Array.isArray(value)) return firstOf(value, (each: unknown) => otherMember(each, members));
  if (!isFields(value)) return undefined;
  return firstOf(Object.entries(value), ([name, each]) => {
    if (each === undefined || each === null) return undefined;
    const known = members.some((member) => isAt(member, name)) ? name : '*';
    if (!members.some((member) => isAt(member, known))) return name;
    if (members.includes(known)) return undefined;
    const other = otherMember(each, membersInside(members, known));
    return other === undefined ? undefined : `${name}.${other}`;
  });
}

function membersInside(members: readonly string[], name: string): readonly string[] {
  return members.flatMap((member) => (member.startsWith(`${name}.`) ? [member.slice(name.length + 1)] : []));
}

function isAt(member: string, name: string): boolean {
  return member === name || member.startsWith(`${name}.`);
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
