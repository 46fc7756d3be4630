import { createHash } from 'node:crypto';

import { epochSeconds, parameterArn } from './arn';
import { type Fields, flagField, integerField, missingMember, requireText, textField, textListField } from './fields';
import { pageOf } from './paging';
import { parameterFilter } from './parameter-filter';
import { checkPath, isUnder, parseSelector } from './parameter-name';
import { type Parameter, type ParameterStore, type ParameterVersion } from './parameter-store';
import { type Operation, type Operations } from './service';
import { accessDenied, ServiceError, validationError } from './service-error';

/** Limit of a page by path and of the names of one `GetParameters`. */
const mostAtOnce = 10;

/** The operations of SSM that change nothing. */
export function ssmReads(store: ParameterStore): Operations {
  return new Map<string, Operation>([
    ['GetParameter', (fields) => getParameter(store, fields)],
    ['GetParameters', (fields) => getParameters(store, fields)],
    ['GetParametersByPath', (fields) => getParametersByPath(store, fields)],
    ['DescribeParameters', (fields) => describeParameters(store, fields)],
  ]);
}

function getParameter(store: ParameterStore, fields: Fields): Fields {
  const { name, version } = parseSelector(requireText(fields, 'Name'));
  const parameter = store.find(name);
  if (parameter === undefined) throw new ServiceError('ParameterNotFound', '');
  const found = store.findVersion(parameter, version);
  if (found === undefined) {
    throw new ServiceError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}.`);
  }
  const withDecryption = flagField(fields, 'WithDecryption');
  requireKey('ssm:GetParameter', [parameter], withDecryption);
  return { Parameter: describeVersion(parameter, found, withDecryption, version) };
}

function getParameters(store: ParameterStore, fields: Fields): Fields {
  const names = textListField(fields, 'Names');
  if (names === undefined) throw missingMember('Names');
  if (names.length < 1 || names.length > mostAtOnce) {
    throw validationError(
      `1 validation error detected: Value at 'names' failed to satisfy constraint: ` +
        `Member must have length between 1 and ${mostAtOnce}, inclusive`,
    );
  }
  const withDecryption = flagField(fields, 'WithDecryption');
  const wanted = [...new Set(names)].map((given) => {
    const { name, version } = parseSelector(given);
    const parameter = store.find(name);
    return { given, parameter, version, found: parameter && store.findVersion(parameter, version) };
  });
  const existing = wanted.flatMap(({ parameter, found, version }) =>
    parameter && found ? [{ parameter, found, version }] : [],
  );
  requireKey(
    'ssm:GetParameters',
    existing.map(({ parameter }) => parameter),
    withDecryption,
  );
  return {
    Parameters: existing.map((each) => describeVersion(each.parameter, each.found, withDecryption, each.version)),
    InvalidParameters: wanted.filter(({ found }) => found === undefined).map(({ given }) => given),
  };
}

function getParametersByPath(store: ParameterStore, fields: Fields): Fields {
  const path = checkPath(requireText(fields, 'Path'));
  const recursive = flagField(fields, 'Recursive');
  const withDecryption = flagField(fields, 'WithDecryption');
  const passes = parameterFilter(fields, ['Type', 'Label']);
  const under = store.all.filter((each) => isUnder(each.name, path, recursive) && passes(each));
  const { items, nextToken } = page(under, fields, mostAtOnce);
  requireKey('ssm:GetParametersByPath', items, withDecryption);
  return {
    Parameters: items.map((each) => describeVersion(each, each.latest, withDecryption)),
    NextToken: nextToken,
  };
}

function describeParameters(store: ParameterStore, fields: Fields): Fields {
  const passes = parameterFilter(fields, ['Name', 'Type', 'Path']);
  const { items, nextToken } = page(store.all.filter(passes), fields, 50);
  return {
    Parameters: items.map(({ name, type, description, latest }) => ({
      Name: name,
      ARN: parameterArn(name),
      Type: type,
      Description: description,
      Version: latest.version,
      LastModifiedDate: epochSeconds(latest.modifiedAtMs),
      Tier: 'Standard',
      Policies: [],
      DataType: 'text',
    })),
    NextToken: nextToken,
  };
}

function page(all: readonly Parameter[], fields: Fields, most: number) {
  const size = integerField(fields, 'MaxResults') ?? most;
  if (size < 1 || size > most) {
    throw validationError(
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: ` +
        `Member must have value between 1 and ${most}, inclusive`,
    );
  }
  const invalid = () => new ServiceError('InvalidNextToken', 'The specified token is not valid.');
  return pageOf(all, size, textField(fields, 'NextToken'), invalid);
}

/** One parameter whose key is denied refuses the whole answer, as the real service does. */
function requireKey(action: string, parameters: readonly Parameter[], withDecryption: boolean): void {
  const denied = withDecryption ? parameters.find(isLocked) : undefined;
  if (denied !== undefined) throw accessDenied('kms:Decrypt', `${parameterArn(denied.name)} (asked by ${action})`);
}

function isLocked({ type, keyDenied }: Parameter): boolean {
  return type === 'SecureString' && keyDenied;
}

function describeVersion(parameter: Parameter, found: ParameterVersion, decrypt: boolean, selector?: string): Fields {
  const { name, type } = parameter;
  return {
    Name: name,
    Type: type,
    Value: type === 'SecureString' && !decrypt ? cipherText(name, found) : found.value,
    Version: found.version,
    Selector: selector === undefined ? undefined : `:${selector}`,
    LastModifiedDate: epochSeconds(found.modifiedAtMs),
    ARN: parameterArn(name),
    DataType: 'text',
  };
}

/** Looks like what KMS gives, is always the same for a version, and tells nothing about the value. */
function cipherText(name: string, { version, value }: ParameterVersion): string {
  const digest = createHash('sha512')
    .update(JSON.stringify([name, version, value]))
    .digest('base64');
  return `AQICAHh${digest.replace(/=+$/, '')}==`;
}
