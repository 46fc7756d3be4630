import { arnOf, type PolicyPlace } from '../iam/arn';
import { decryptStatement, encryptStatement } from '../iam/statements';
import { allow, type PolicyStatement } from '../iam/policy-document';
import { namedIn, pathsOf, placesOf, type PolicyOptions } from '../iam/policy-options';
import { type SourceAccess } from './access';
import { mostSingleReads, secretName } from './secret-values';

/** Matches the six characters that Secrets Manager puts behind the name in an ARN. */
const anySuffix = '-??????';

/** Permissions for Secrets Manager. */
export const secretsAccess: SourceAccess = {
  provider: 'secrets',
  readStatements,
  historyStatements,
  writeStatements,
};

/**
 * Allows to read the secrets of a chain.
 *
 * Two of the actions do not support resources; the batch call also needs `GetSecretValue` on each secret. A few secrets are read one by one,
 * without the batch call.
 * Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
function readStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const places = placesOf(options, 'secrets');
  const read = secretArns(options);
  const isListed = options.strategy !== 'names' && options.names?.length !== 0 && places.length > 0;
  const overview = [
    ...(isListed ? ['secretsmanager:ListSecrets'] : []),
    ...(readsInBatches(options, places.length) ? ['secretsmanager:BatchGetSecretValue'] : []),
  ];
  return [
    ...allow('ListSecrets', overview, overview.length === 0 ? [] : ['*']),
    ...allow('ReadSecrets', ['secretsmanager:GetSecretValue'], read),
    ...decryptStatement(options, {
      sid: 'DecryptSecrets',
      places,
      service: 'secretsmanager',
      contextKey: 'SecretARN',
      arns: read,
    }),
  ];
}

/** Allows to describe the secrets of a chain, and to list their versions. */
function historyStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const actions = ['secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds'];
  return allow('ReadSecretHistory', actions, writtenArns(options));
}

/**
 * Allows to change the secrets of a chain.
 *
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
function writeStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const actions = ['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'DeleteSecret', 'RestoreSecret', 'TagResource'];
  return [
    ...allow(
      'WriteSecrets',
      actions.map((each) => `secretsmanager:${each}`),
      writtenArns(options),
    ),
    ...encryptStatement(options, {
      sid: 'EncryptSecrets',
      places: placesOf(options, 'secrets'),
      service: 'secretsmanager',
      contextKey: 'SecretARN',
      arns: secretArns(options),
    }),
  ];
}

/** For a secret that is created, or does not exist, IAM checks an ARN without a suffix. */
function writtenArns(options: PolicyOptions): readonly string[] {
  return secretArns({ ...options, strategy: 'names' });
}

function secretArns(options: PolicyOptions): readonly string[] {
  const places = placesOf(options, 'secrets');
  const names = options.names?.filter((name) => secretName.test(name));
  // For a secret that does not exist, IAM checks an ARN without a suffix; a refused one would not count as missing.
  const bare = options.strategy === 'names' ? (names ?? []) : [];
  const ends = names?.map((name) => `${name}${anySuffix}`) ?? ['*'];
  const ids = places.slice(0, 1).flatMap((place) => (options.secretIds ?? []).flatMap((id) => arnsOfId(place, id)));
  return [...namedIn(options, places, 'secretsmanager', 'secret:', [...ends, ...bare]), ...ids];
}

/** Whether one lookup may read more values than are read one by one. Without names, any number. */
function readsInBatches(options: PolicyOptions, placeCount: number): boolean {
  const { names, secretIds = [] } = options;
  if (names === undefined && placeCount > 0) return true;
  const listed = placeCount === 0 ? 0 : pathsOf(options).length;
  const named = (names ?? []).filter((name) => secretName.test(name)).length * listed;
  return named + secretIds.length > mostSingleReads;
}

/**
 * Gives the ARNs of a secret that is given by its full name, its ARN, or its ARN without the suffix.
 *
 * The last part of a name may look like the suffix (`db-master`), so an ARN that looks complete gives both patterns.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
function arnsOfId(place: PolicyPlace, id: string): readonly string[] {
  if (secretName.test(id)) {
    const arn = arnOf(place, 'secretsmanager', `secret:${id}`);
    return [`${arn}${anySuffix}`, arn];
  }
  const isArn =
    /^arn:[^:*?]+:secretsmanager:[^:*?]*:[^:*?]*:secret:/.test(id) && secretName.test(id.split(':').at(-1) ?? '');
  return isArn ? [`${id}${anySuffix}`, id] : [];
}
