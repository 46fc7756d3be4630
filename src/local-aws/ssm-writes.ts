import {
  choiceField,
  constraint,
  type Fields,
  flagField,
  integerField,
  missingMember,
  mostTags,
  requireText,
  requireTexts,
  tagList,
  tagsField,
  textField,
} from './fields';
import { type KeyStore } from './kms';
import { checkNewName, parseName } from './parameter-name';
import {
  checkVersionLimit,
  defaultKeyId,
  type Parameter,
  type ParameterStore,
  type ParameterTier,
  type ParameterType,
} from './parameter-store';
import { type Identity, type Operations, operationsOf } from './service';
import { ServiceError, validationError } from './service-error';

/** Every type a parameter can have. */
export const parameterTypes: readonly ParameterType[] = ['String', 'StringList', 'SecureString'];

/** Bytes of a value. Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const mostBytes: Readonly<Record<ParameterTier, number>> = { Standard: 4096, Advanced: 8192 };

/** The operations of SSM Parameter Store that change something, and those of tags. */
export function ssmWrites(store: ParameterStore, keys: KeyStore): Operations {
  return operationsOf({
    PutParameter: [
      'Name Value Type Description KeyId Overwrite AllowedPattern Tier DataType Tags.Key Tags.Value',
      (fields, caller) => putParameter(store, keys, fields, caller),
    ],
    DeleteParameter: ['Name', (fields) => deleteParameter(store, fields)],
    DeleteParameters: ['Names', (fields) => deleteParameters(store, fields)],
    LabelParameterVersion: ['Name ParameterVersion Labels', (fields) => labelParameterVersion(store, fields)],
    UnlabelParameterVersion: ['Name ParameterVersion Labels', (fields) => unlabelParameterVersion(store, fields)],
    AddTagsToResource: ['ResourceType ResourceId Tags.Key Tags.Value', (fields) => addTagsToResource(store, fields)],
    RemoveTagsFromResource: ['ResourceType ResourceId TagKeys', (fields) => removeTagsFromResource(store, fields)],
    ListTagsForResource: [
      'ResourceType ResourceId',
      (fields) => ({ TagList: tagList(taggedParameter(store, fields).tags) }),
    ],
  });
}

function putParameter(store: ParameterStore, keys: KeyStore, fields: Fields, { arn }: Identity): Fields {
  const name = requireText(fields, 'Name');
  const value = requireText(fields, 'Value');
  checkNewName(name);
  const former = store.find(name);
  const type = typeOf(fields, former);
  const tags = tagsField(fields);
  const overwrite = flagField(fields, 'Overwrite');
  if (overwrite && tags.size > 0) {
    throw validationError(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove " +
        'overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or ' +
        'RemoveTagsFromResource.',
    );
  }
  if (tags.size > mostTags) throw tooManyTags();
  choiceField(fields, 'DataType', ['text']);
  const tier = tierOf(fields, value, former?.latest.tier);
  const allowedPattern = textField(fields, 'AllowedPattern');
  checkValue(value, tier, allowedPattern ?? former?.latest.allowedPattern);
  const description = textField(fields, 'Description');
  if ((description?.length ?? 0) > 1024) {
    throw constraint("Value at 'description'", 'Member must have length less than or equal to 1024');
  }
  const keyId = keyOf(fields, type, keys);
  if (former !== undefined && !overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (former !== undefined) checkVersionLimit(former);
  const { latest } = store.put(name, {
    ...{ value, type, description, keyId, tier, allowedPattern, modifiedBy: arn },
    ...(former === undefined ? { tags } : {}),
  });
  return { Version: latest.version, Tier: tier };
}

/** Chooses the tier: an advanced parameter stays one, and what needs the advanced tier gets it where that is allowed. */
function tierOf(fields: Fields, value: string, former: ParameterTier | undefined): ParameterTier {
  const requested = choiceField(fields, 'Tier', ['Standard', 'Advanced', 'Intelligent-Tiering']);
  if (requested === 'Standard' && former === 'Advanced') {
    throw validationError(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter " +
        'tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a ' +
        'standard parameter.',
    );
  }
  if (requested === 'Advanced' || former === 'Advanced') return 'Advanced';
  return requested === 'Intelligent-Tiering' && Buffer.byteLength(value) > mostBytes.Standard ? 'Advanced' : 'Standard';
}

function checkValue(value: string, tier: ParameterTier, pattern: string | undefined): void {
  if (value === '') throw constraint("Value '' at 'value'", 'Member must have length greater than or equal to 1');
  if (Buffer.byteLength(value) > mostBytes[tier]) {
    throw validationError(
      `${tier} tier parameters support a maximum parameter value of ${mostBytes[tier]} characters.` +
        (tier === 'Standard'
          ? ' To create a larger parameter value, upgrade the parameter to use the Advanced tier.'
          : ''),
    );
  }
  if (/\{\{[^}]*\}\}/.test(value)) {
    throw validationError('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  if (pattern !== undefined && !compilePattern(pattern).test(value)) {
    throw new ServiceError('ParameterPatternMismatchException', 'The value does not match AllowedPattern.');
  }
}

function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    throw new ServiceError('InvalidAllowedPatternException', 'AllowedPattern is not a regular expression.');
  }
}

/** Only a `SecureString` has a key; without one it is the key of the account that AWS manages. */
function keyOf(fields: Fields, type: ParameterType, keys: KeyStore): string | undefined {
  const id = textField(fields, 'KeyId');
  if (id === undefined) return undefined;
  if (type !== 'SecureString') throw validationError('KeyId is required for SecureString type parameter only.');
  if (id !== defaultKeyId && !keys.has(id)) throw new ServiceError('InvalidKeyId', `Invalid keyId ${id}`);
  return id;
}

function typeOf(fields: Fields, former: Parameter | undefined): ParameterType {
  const type = choiceField(fields, 'Type', parameterTypes);
  if (former !== undefined && type !== undefined && former.type !== type) {
    throw new ServiceError('HierarchyTypeMismatchException', `The type of the parameter cannot be changed to ${type}.`);
  }
  const found = type ?? former?.type;
  if (found === undefined) throw validationError('A parameter type is required when you create a parameter.');
  return found;
}

function deleteParameter(store: ParameterStore, fields: Fields): Fields {
  if (!store.delete(requireText(fields, 'Name'))) throw new ServiceError('ParameterNotFound', '');
  return {};
}

function deleteParameters(store: ParameterStore, fields: Fields): Fields {
  const names = requireTexts(fields, 'Names', 10);
  const deleted = new Set(names.filter((name) => store.delete(name)));
  return { DeletedParameters: [...deleted], InvalidParameters: names.filter((name) => !deleted.has(name)) };
}

function labelParameterVersion(store: ParameterStore, fields: Fields): Fields {
  const parameter = namedParameter(store, fields);
  const labels = requireTexts(fields, 'Labels', 10);
  const { version } = numberedVersion(store, parameter, integerField(fields, 'ParameterVersion'));
  const valid = labels.filter(isLabel);
  if (valid.length > 0) store.label(parameter, version, valid);
  return { InvalidLabels: labels.filter((label) => !isLabel(label)), ParameterVersion: version };
}

function unlabelParameterVersion(store: ParameterStore, fields: Fields): Fields {
  const parameter = namedParameter(store, fields);
  const labels = requireTexts(fields, 'Labels', 10);
  const number = integerField(fields, 'ParameterVersion');
  if (number === undefined) throw missingMember('ParameterVersion');
  const { version, labels: attached } = numberedVersion(store, parameter, number);
  const removed = labels.filter((label) => attached.includes(label));
  if (removed.length > 0) store.unlabel(parameter, version, removed);
  return { RemovedLabels: removed, InvalidLabels: labels.filter((label) => !removed.includes(label)) };
}

/** Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html */
function isLabel(label: string): boolean {
  return /^(?!aws|ssm|\d)[\w.-]{1,100}$/i.test(label);
}

function namedParameter(store: ParameterStore, fields: Fields): Parameter {
  return store.require(parseName(requireText(fields, 'Name')));
}

function numberedVersion(store: ParameterStore, parameter: Parameter, number: number | undefined) {
  return store.requireVersion(parameter, number === undefined ? undefined : String(number));
}

function addTagsToResource(store: ParameterStore, fields: Fields): Fields {
  const parameter = taggedParameter(store, fields);
  if ((fields['Tags'] ?? undefined) === undefined) throw missingMember('Tags');
  const tags = new Map([...parameter.tags, ...tagsField(fields)]);
  if (tags.size > mostTags) throw tooManyTags();
  store.tag(parameter, tags, 'AddTagsToResource');
  return {};
}

function removeTagsFromResource(store: ParameterStore, fields: Fields): Fields {
  const parameter = taggedParameter(store, fields);
  const gone = requireTexts(fields, 'TagKeys', Infinity);
  const tags = new Map([...parameter.tags].filter(([key]) => !gone.includes(key)));
  store.tag(parameter, tags, 'RemoveTagsFromResource');
  return {};
}

function taggedParameter(store: ParameterStore, fields: Fields): Parameter {
  const kind = requireText(fields, 'ResourceType');
  if (kind !== 'Parameter') {
    throw new ServiceError('InvalidResourceType', 'The local AWS has tags of resources of the type Parameter only.');
  }
  const found = store.find(requireText(fields, 'ResourceId'));
  if (found !== undefined) return found;
  throw new ServiceError('InvalidResourceId', 'The resource ID is not valid: there is no parameter of this name.');
}

/** Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html */
function tooManyTags(): ServiceError {
  return new ServiceError('TooManyTagsError', `A parameter can have at most ${mostTags} tags.`);
}
