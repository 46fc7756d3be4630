import { arnOf, literal, type PolicyPlace } from '../iam/arn';
import { decryptStatement, encryptStatement } from '../iam/statements';
import { allow, type PolicyStatement } from '../iam/policy-document';
import { namedIn, pathsOf, placesOf, type PolicyOptions } from '../iam/policy-options';
import { type SourceAccess } from './access';
import { parameterName } from './secure-parameters';

/** Permissions for Parameter Store. */
export const ssmAccess: SourceAccess = {
  provider: 'ssm',
  readStatements,
  historyStatements,
  writeStatements,
};

/**
 * Allows to read the parameters of a chain.
 *
 * By listing: each path, but not recursively: permission for a recursive listing covers everything below, whatever is denied there. By name:
 * for the strategy `names`, and for a `SecureString` that the cache table refers to.
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
function readStatements(options: PolicyOptions): readonly PolicyStatement[] {
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

/** Allows to read versions and tags of the parameters of a chain. */
function historyStatements(options: PolicyOptions): readonly PolicyStatement[] {
  return allow('ReadParameterHistory', ['ssm:GetParameterHistory', 'ssm:ListTagsForResource'], writtenArns(options));
}

/**
 * Allows to change the parameters of a chain.
 *
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
function writeStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const arns = writtenArns(options);
  const actions = ['ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:AddTagsToResource'];
  return [
    ...allow('WriteParameters', actions, arns),
    ...encryptStatement(options, {
      sid: 'EncryptParameters',
      places: placesOf(options, 'ssm'),
      service: 'ssm',
      contextKey: 'PARAMETER_ARN',
      arns,
    }),
  ];
}

function writtenArns(options: PolicyOptions): readonly string[] {
  return [...parameterArns(options), ...parameterIdArns(options)];
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

/** Gives the directories at each place that is listed; none when no name is looked up. */
function directoryArns(options: PolicyOptions, places: readonly PolicyPlace[]): readonly string[] {
  if (options.strategy === 'names' || options.names?.length === 0) return [];
  return places.flatMap((place) => pathsOf(options).map((path) => arnOf(place, 'ssm', `parameter${literal(path)}`)));
}
