import { errorSummary } from '../../base/describe-error';

/**
 * What the error of a service means to a writer.
 *
 * - `exists`: what was to be created is there already. `changed`: it is not as it was when it was read.
 * - `busy`: the service is still applying another change. `type-mismatch`: the type of a parameter cannot be changed.
 * - `quota`: a limit of the service is reached. `invalid`: the service cannot hold this value, name or option.
 * - `unusable-key`: the KMS key cannot be used. `not-found`: there is no such entry or version.
 */
export type KnownReason =
  'exists' | 'changed' | 'busy' | 'type-mismatch' | 'quota' | 'invalid' | 'unusable-key' | 'not-found';

/** An error that a service gives a name of its own. */
export interface KnownFailure {
  /** What it means, for code. */
  readonly reason: KnownReason;
  /** What is wrong, for people. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
}

type Row = readonly [reason: KnownReason, problem: string, remedy: string];

/**
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors,
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#API_CreateSecret_Errors,
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html#API_PutItem_Errors
 */
const known: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  ssm: {
    ParameterAlreadyExists: [
      'exists',
      'the parameter exists already',
      'write it without the condition that it does not, or adopt it',
    ],
    ParameterNotFound: ['not-found', 'there is no such parameter', 'create it, or correct its name'],
    TooManyUpdates: ['busy', 'other updates of this parameter are under way', 'try again in a moment'],
    HierarchyTypeMismatchException: [
      'type-mismatch',
      'the type of a parameter cannot be changed',
      'remove it and set it anew, or take another name',
    ],
    ParameterLimitExceeded: [
      'quota',
      'the account has the 10,000 standard parameters that it may have',
      'remove some, have the quota raised, or use the Advanced tier',
    ],
    ParameterMaxVersionLimitExceeded: [
      'quota',
      'the parameter has 100 versions and its oldest has a label',
      'remove that label, or move it to a newer version',
    ],
    HierarchyLevelLimitExceededException: ['invalid', 'a parameter has at most 15 levels', 'take a shorter path'],
    ParameterPatternMismatchException: [
      'invalid',
      'the value does not match the AllowedPattern of the parameter',
      'correct the value or the pattern',
    ],
    TooManyTagsError: ['quota', 'a parameter has at most 50 tags', 'remove some'],
    InvalidKeyId: ['unusable-key', 'there is no such KMS key here, or it cannot be used', 'give another one'],
  },
  secretsmanager: {
    ResourceNotFoundException: ['not-found', 'there is no such secret or version', 'create it, or correct its name'],
    ResourceExistsException: [
      'exists',
      'the secret exists already',
      'write it without the condition that it does not, or adopt it',
    ],
    LimitExceededException: [
      'quota',
      'a quota is reached: the secrets of the account, or the versions of this one',
      'remove some, or try again later',
    ],
    EncryptionFailure: [
      'unusable-key',
      'the KMS key cannot be used',
      'enable it, allow kms:GenerateDataKey, or give another one',
    ],
    DecryptionFailure: ['unusable-key', 'the KMS key cannot be used', 'enable it, or allow kms:Decrypt'],
    PreconditionNotMetException: ['busy', 'the secret is being replicated', 'try again in a moment'],
    MalformedPolicyDocumentException: ['invalid', 'the resource policy of the secret is not valid', 'correct it'],
  },
  dynamodb: {
    ResourceNotFoundException: [
      'not-found',
      'there is no such table',
      'create it with the keys app_key and name_key, or name another one with XCON_CONFIG_TABLE',
    ],
    ConditionalCheckFailedException: ['changed', 'the row has changed since it was read', 'look at it, then try again'],
    ItemCollectionSizeLimitExceededException: ['quota', 'the partition of the directory is full', 'remove some rows'],
    TransactionConflictException: ['busy', 'another change of the row is under way', 'try again in a moment'],
  },
};

/**
 * Gives what the error of a call means, by its name.
 *
 * @param action - The call, as IAM names it.
 * @returns `undefined` for an error that services have in common, such as a refusal or an outage.
 */
export function knownFailureOf(action: string, error: unknown): KnownFailure | undefined {
  const { name } = errorSummary(error);
  const [service = ''] = action.split(':');
  const failures = Object.hasOwn(known, service) ? known[service] : undefined;
  const row = failures !== undefined && Object.hasOwn(failures, name) ? failures[name] : undefined;
  if (row === undefined) return undefined;
  const [reason, problem, remedy] = row;
  return { reason, problem, remedy };
}
