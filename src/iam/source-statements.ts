import { parameterName } from '../providers/secure-parameters';
import { mostSingleReads, secretName } from '../providers/secret-values';
import { arnOf, literal, type PolicyPlace } from './arn';
import { decryptStatement } from './key-statements';
import { allow, type PolicyStatement } from './policy-document';
import { pathsOf, placesOf, type PolicyOptions } from './policy-options';

/** Matches the six characters that Secrets Manager puts behind the name in an ARN. */
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
  const places = placesOf(options, 'ssm');
  const listed = directoryArns(options, places);
  const isReferredTo = options.cacheTable !== null && (options.cacheSecrets ?? 'reference') === 'reference';
  const single = parameterIdArns(options);
  const named = [...(byName || isReferredTo ? parameterArns(options) : []), ...single];
  return [
    ...allow('ListParameters', ['ssm:GetParametersByPath'], listed, {
      StringNotEquals: { 'ssm:Recursive': 'true' },
    }),
    ...allow('ReadParameters', ['ssm:GetParameters'], named),
    ...decryptStatement(options, {
      sid: 'DecryptParameters',
      places,
      service: 'ssm',
      contextKey: 'PARAMETER_ARN',
      // A listing decrypts whatever is in the directory.
      arns:
        byName || options.names?.length === 0 ? named : [...parameterArns({ ...options, names: undefined }), ...single],
    }),
  ];
}

/**
 * Allows to read the secrets of a chain.
 *
 * Two of the actions know no resources; what the batch call gives is up to `GetSecretValue` on each secret. Few secrets are
 * read one by one, without the batch call.
 * Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
export function secretStatements(options: PolicyOptions): readonly PolicyStatement[] {
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

/**
 * Allows to read deployed configurations.
 *
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsappconfig.html
 */
export function appConfigStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const all = 'application/*/environment/*/configuration/*';
  const places = placesOf(options, 'appconfig');
  const arns = options.appConfigArns ?? places.map((place) => arnOf(place, 'appconfig', all));
  const actions = ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'];
  return allow('ReadConfigurations', actions, places.length === 0 ? [] : arns);
}

function parameterArns(options: PolicyOptions): readonly string[] {
  const ends = options.names?.filter((name) => parameterName.test(name)) ?? ['*'];
  return namedIn(options, placesOf(options, 'ssm'), 'ssm', 'parameter', ends);
}

function parameterIdArns(options: PolicyOptions): readonly string[] {
  const place = placesOf(options, 'ssm')[0];
  const ids = options.parameterIds?.filter((id) => id.startsWith('/') && parameterName.test(id)) ?? [];
  return place === undefined ? [] : ids.map((id) => arnOf(place, 'ssm', `parameter${literal(id)}`));
}

function secretArns(options: PolicyOptions): readonly string[] {
  const places = placesOf(options, 'secrets');
  const names = options.names?.filter((name) => secretName.test(name));
  // Of a secret that does not exist IAM knows the name and no suffix; refused, it would not count as missing.
  const bare = options.strategy === 'names' ? (names ?? []) : [];
  const ends = names?.map((name) => `${name}${anySuffix}`) ?? ['*'];
  const ids = places.slice(0, 1).flatMap((place) => (options.secretIds ?? []).flatMap((id) => arnsOfId(place, id)));
  return [...namedIn(options, places, 'secretsmanager', 'secret:', [...ends, ...bare]), ...ids];
}

/** Whether one lookup may want more values than are read one by one. Without names, any number. */
function readsInBatches(options: PolicyOptions, placeCount: number): boolean {
  const { names, secretIds = [] } = options;
  if (names === undefined && placeCount > 0) return true;
  const listed = placeCount === 0 ? 0 : pathsOf(options).length;
  const named = (names ?? []).filter((name) => secretName.test(name)).length * listed;
  return named + secretIds.length > mostSingleReads;
}

/**
 * Gives the ARNs of a secret that is told by its full name, its ARN, or its ARN without the suffix.
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

/** Gives the directories at each place that is listed; none when no name is looked up. */
function directoryArns(options: PolicyOptions, places: readonly PolicyPlace[]): readonly string[] {
  if (options.strategy === 'names' || options.names?.length === 0) return [];
  return places.flatMap((place) => pathsOf(options).map((path) => arnOf(place, 'ssm', `parameter${literal(path)}`)));
}

function namedIn(
  options: PolicyOptions,
  places: readonly PolicyPlace[],
  service: string,
  kind: string,
  ends: readonly string[],
): readonly string[] {
  return places.flatMap((place) =>
    pathsOf(options).flatMap((path) => ends.map((end) => arnOf(place, service, `${kind}${literal(path)}/${end}`))),
  );
}
