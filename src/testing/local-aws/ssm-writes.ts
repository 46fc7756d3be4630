import { type Fields, flagField, integerField, missingMember, requireText, textField, textListField } from './fields';
import { checkNewName, parseSelector } from './parameter-name';
import { type Parameter, type ParameterStore, type ParameterType } from './parameter-store';
import { type Operation, type Operations } from './service';
import { ServiceError, validationError } from './service-error';

/** Every type a parameter can have. */
export const parameterTypes: readonly ParameterType[] = ['String', 'StringList', 'SecureString'];

/** The operations of SSM that change something. */
export function ssmWrites(store: ParameterStore): Operations {
  return new Map<string, Operation>([
    ['PutParameter', (fields) => putParameter(store, fields)],
    ['DeleteParameter', (fields) => deleteParameter(store, fields)],
    ['DeleteParameters', (fields) => deleteParameters(store, fields)],
    ['LabelParameterVersion', (fields) => labelParameterVersion(store, fields)],
  ]);
}

function putParameter(store: ParameterStore, fields: Fields): Fields {
  const name = requireText(fields, 'Name');
  const value = requireText(fields, 'Value');
  checkNewName(name);
  checkValue(value, textField(fields, 'Tier'));
  const former = store.find(name);
  const type = typeOf(fields, former);
  if (former !== undefined && !flagField(fields, 'Overwrite')) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const { latest } = store.put(name, { value, type, description: textField(fields, 'Description') });
  return { Version: latest.version, Tier: 'Standard' };
}

function checkValue(value: string, tier: string | undefined): void {
  if (value === '') {
    throw validationError(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: " +
        'Member must have length greater than or equal to 1',
    );
  }
  const mostBytes = tier === 'Advanced' || tier === 'Intelligent-Tiering' ? 8192 : 4096;
  if (Buffer.byteLength(value) > mostBytes) {
    throw validationError(`The parameter value exceeds the ${mostBytes} bytes of its tier.`);
  }
}

function typeOf(fields: Fields, former: Parameter | undefined): ParameterType {
  const given = textField(fields, 'Type');
  const type = parameterTypes.find((each) => each === given);
  if (given !== undefined && type === undefined) {
    throw validationError(
      "1 validation error detected: Value at 'type' failed to satisfy constraint: " +
        `Member must satisfy enum value set: [${parameterTypes.join(', ')}]`,
    );
  }
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
  const names = textListField(fields, 'Names');
  if (names === undefined) throw missingMember('Names');
  if (names.length < 1 || names.length > 10) {
    throw validationError(
      "1 validation error detected: Value at 'names' failed to satisfy constraint: " +
        'Member must have length between 1 and 10, inclusive',
    );
  }
  const deleted = new Set(names.filter((name) => store.delete(name)));
  return { DeletedParameters: [...deleted], InvalidParameters: names.filter((name) => !deleted.has(name)) };
}

function labelParameterVersion(store: ParameterStore, fields: Fields): Fields {
  const { name } = parseSelector(requireText(fields, 'Name'));
  const labels = textListField(fields, 'Labels');
  if (labels === undefined) throw missingMember('Labels');
  const parameter = store.find(name);
  if (parameter === undefined) throw new ServiceError('ParameterNotFound', '');
  const version = integerField(fields, 'ParameterVersion') ?? parameter.latest.version;
  if (store.findVersion(parameter, String(version))?.version !== version) {
    throw new ServiceError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}.`);
  }
  const isValid = (label: string) => /^(?!aws|ssm|\d)[\w.-]{1,100}$/i.test(label);
  const valid = labels.filter(isValid);
  if (valid.length > 0) store.label(parameter, version, valid);
  return { InvalidLabels: labels.filter((label) => !isValid(label)), ParameterVersion: version };
}
