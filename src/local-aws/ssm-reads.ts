import { createHash } from 'node:crypto';

import { epochSeconds, parameterArn } from './arn';
import { type Fields, flagField, pageSizeField, requireText, requireTexts, textField } from './fields';
import { type Page, pageOf } from './paging';
import { parameterFilter } from './parameter-filter';
import { checkPath, isUnder, parseName, parseSelector } from './parameter-name';
import { type Parameter, type ParameterStore, type ParameterVersion } from './parameter-store';
import { type Operations, operationsOf } from './service';
import { accessDenied, ServiceError } from './service-error';

/** Limit of a page by path and of the names of one `GetParameters`. */
const mostAtOnce = 10;
/** Limit of a page of descriptions, and of one of versions. */
const mostDescribed = 50;

interface FoundVersion {
  readonly parameter: Parameter;
  readonly version: ParameterVersion;
}

/** The operations of SSM Parameter Store that change nothing. */
export function ssmReads(store: ParameterStore): Operations {
  return operationsOf({
    GetParameter: ['Name WithDecryption', (fields) => getParameter(store, fields)],
    GetParameters: ['Names WithDecryption', (fields) => getParameters(store, fields)],
    GetParametersByPath: [
      'Path Recursive WithDecryption MaxResults NextToken ' +
        'ParameterFilters.Key ParameterFilters.Option ParameterFilters.Values',
      (fields) => getParametersByPath(store, fields),
    ],
    DescribeParameters: [
      'MaxResults NextToken Shared ParameterFilters.Key ParameterFilters.Option ParameterFilters.Values',
      (fields) => describeParameters(store, fields),
    ],
    GetParameterHistory: ['Name WithDecryption MaxResults NextToken', (fields) => getParameterHistory(store, fields)],
  });
}

function getParameter(store: ParameterStore, fields: Fields): Fields {
  const { name, version: selector } = parseSelector(requireText(fields, 'Name'));
  const parameter = store.require(name);
  const version = store.requireVersion(parameter, selector);
  const withDecryption = flagField(fields, 'WithDecryption');
  requireKey('ssm:GetParameter', [{ parameter, version }], withDecryption);
  return { Parameter: describeVersion({ parameter, version }, withDecryption, selector) };
}

function getParameters(store: ParameterStore, fields: Fields): Fields {
  const names = requireTexts(fields, 'Names', mostAtOnce);
  const withDecryption = flagField(fields, 'WithDecryption');
  const wanted = [...new Set(names)].map((given) => {
    const { name, version: selector } = parseSelector(given);
    const parameter = store.find(name);
    return { given, parameter, selector, version: parameter && store.findVersion(parameter, selector) };
  });
  const existing = wanted.flatMap(({ parameter, version, selector }) =>
    parameter && version ? [{ parameter, version, selector }] : [],
  );
  requireKey('ssm:GetParameters', existing, withDecryption);
  return {
    Parameters: existing.map((each) => describeVersion(each, withDecryption, each.selector)),
    InvalidParameters: wanted.filter(({ version }) => version === undefined).map(({ given }) => given),
  };
}

function getParametersByPath(store: ParameterStore, fields: Fields): Fields {
  const path = checkPath(requireText(fields, 'Path'));
  const recursive = flagField(fields, 'Recursive');
  const withDecryption = flagField(fields, 'WithDecryption');
  const passing = parameterFilter(fields, 'GetParametersByPath');
  const under = store.all
    .filter((each) => isUnder(each.name, path, recursive))
    .flatMap((parameter) => passing(parameter).map((version) => ({ parameter, version })));
  const { items, nextToken } = page(under, fields, mostAtOnce);
  requireKey('ssm:GetParametersByPath', items, withDecryption);
  return { Parameters: items.map((each) => describeVersion(each, withDecryption)), NextToken: nextToken };
}

function describeParameters(store: ParameterStore, fields: Fields): Fields {
  const passing = parameterFilter(fields, 'DescribeParameters');
  // No other account shares parameters with this one.
  const shown = flagField(fields, 'Shared') ? [] : store.all.filter((each) => passing(each).length > 0);
  const { items, nextToken } = page(shown, fields, mostDescribed);
  return {
    Parameters: items.map((parameter) => ({
      ARN: parameterArn(parameter.name),
      ...propertiesOf({ parameter, version: parameter.latest }),
    })),
    NextToken: nextToken,
  };
}

function getParameterHistory(store: ParameterStore, fields: Fields): Fields {
  const parameter = store.require(parseName(requireText(fields, 'Name')));
  const withDecryption = flagField(fields, 'WithDecryption');
  const { items, nextToken } = page(parameter.versions, fields, mostDescribed);
  requireKey('ssm:GetParameterHistory', [{ parameter, version: parameter.latest }], withDecryption);
  return {
    Parameters: items.map((version) => ({
      ...propertiesOf({ parameter, version }),
      Value: valueOf({ parameter, version }, withDecryption),
      Labels: version.labels,
    })),
    NextToken: nextToken,
  };
}

function page<T>(all: readonly T[], fields: Fields, most: number): Page<T> {
  const invalid = () => new ServiceError('InvalidNextToken', 'The specified token is not valid.');
  return pageOf(all, pageSizeField(fields, most), textField(fields, 'NextToken'), invalid);
}

/** One parameter whose key is denied refuses the whole answer, as the real service does. */
function requireKey(action: string, found: readonly FoundVersion[], withDecryption: boolean): void {
  const denied = withDecryption ? found.find(isLocked) : undefined;
  if (denied === undefined) return;
  throw accessDenied('kms:Decrypt', `${parameterArn(denied.parameter.name)} (used by ${action})`);
}

function isLocked({ parameter: { type, keyDenied } }: FoundVersion): boolean {
  return type === 'SecureString' && keyDenied;
}

function describeVersion(found: FoundVersion, decrypt: boolean, selector?: string): Fields {
  const { parameter, version } = found;
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: valueOf(found, decrypt),
    Version: version.version,
    Selector: selector === undefined ? undefined : `:${selector}`,
    LastModifiedDate: epochSeconds(version.modifiedAtMs),
    ARN: parameterArn(parameter.name),
    DataType: 'text',
  };
}

/** Properties of a version in descriptions and histories. */
function propertiesOf({ parameter: { name, type }, version }: FoundVersion): Fields {
  return {
    Name: name,
    Type: type,
    KeyId: version.keyId,
    LastModifiedDate: epochSeconds(version.modifiedAtMs),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: 'text',
  };
}

/** Makes an encrypted value in the form of KMS: the same for a version each time, and unrelated to the value. */
function valueOf({ parameter: { name, type }, version: { version, value } }: FoundVersion, decrypt: boolean): string {
  if (type !== 'SecureString' || decrypt) return value;
  const digest = createHash('sha512')
    .update(JSON.stringify([name, version, value]))
    .digest('base64');
  return `AQICAHh${digest.replace(/=+$/, '')}==`;
}
