import { parameterName } from '../providers/secure-parameters';
import { secretName } from '../providers/secret-values';
import { arnOf, literal } from './arn';
import { decryptStatement } from './key-statements';
import { allow, type PolicyStatement } from './policy-document';
import { pathsOf, type PolicyOptions } from './policy-options';

/** What stands for the six characters that Secrets Manager puts behind the name in an ARN. */
const anySuffix = '-??????';

/**
 * Allows to read the parameters of a chain.
 *
 * By listing: each path alone, as who may list a path recursively reads everything below it, whatever is denied there. By
 * name: for the strategy, and for a `SecureString` that the cache table refers to.
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
export function parameterStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const byName = options.strategy === 'names';
  const listed = byName ? [] : pathsOf(options).map((path) => arnOf(options, 'ssm', `parameter${literal(path)}`));
  const named = byName || options.cacheTable !== null ? parameterArns(options) : [];
  return [
    ...allow('ListParameters', ['ssm:GetParametersByPath'], listed, {
      StringNotEquals: { 'ssm:Recursive': 'true' },
    }),
    ...allow('ReadParameters', ['ssm:GetParameters'], named),
    ...decryptStatement(options, {
      sid: 'DecryptParameters',
      service: 'ssm',
      contextKey: 'PARAMETER_ARN',
      // A listing decrypts whatever is in the directory.
      arns: byName ? named : parameterArns({ ...options, names: undefined }),
    }),
  ];
}

/**
 * Allows to read the secrets of a chain.
 *
 * Two of the actions know no resources; what the batch call gives is up to `GetSecretValue` on each secret.
 * Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
export function secretStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const read = secretArns(options);
  const overview = [
    ...(options.strategy === 'names' ? [] : ['secretsmanager:ListSecrets']),
    ...(read.length === 0 ? [] : ['secretsmanager:BatchGetSecretValue']),
  ];
  return [
    ...allow('ListSecrets', overview, overview.length === 0 ? [] : ['*']),
    ...allow('ReadSecrets', ['secretsmanager:GetSecretValue'], read),
    ...decryptStatement(options, {
      sid: 'DecryptSecrets',
      service: 'secretsmanager',
      contextKey: 'SecretARN',
      arns: read,
    }),
  ];
}

function parameterArns(options: PolicyOptions): readonly string[] {
  const ends = options.names?.filter((name) => parameterName.test(name)) ?? ['*'];
  return resourcesIn(options, 'ssm', 'parameter', ends);
}

function secretArns(options: PolicyOptions): readonly string[] {
  const names = options.names?.filter((name) => secretName.test(name));
  // Of a secret that does not exist IAM knows the name and no suffix; refused, it would not count as missing.
  const bare = options.strategy === 'names' ? (names ?? []) : [];
  const ends = names?.map((name) => `${name}${anySuffix}`) ?? ['*'];
  return resourcesIn(options, 'secretsmanager', 'secret:', [...ends, ...bare]);
}

function resourcesIn(
  options: PolicyOptions,
  service: string,
  kind: string,
  ends: readonly string[],
): readonly string[] {
  return pathsOf(options).flatMap((path) =>
    ends.map((end) => arnOf(options, service, `${kind}${literal(path)}/${end}`)),
  );
}
