import { ServiceError, validationError } from './service-error';

/** A name as a reader gives it: `name`, `name:3` or `name:label`, or an ARN with the same endings. */
export interface ParameterSelector {
  readonly name: string;
  /** Version number or label after the colon; absent for the latest version. */
  readonly version?: string;
}

const nameForm = /^[a-zA-Z0-9_.\-/]+$/;
const arnForm = /^arn:aws[\w-]*:ssm:[^:]*:[^:]*:parameter/;

/**
 * Reads the name a request gives.
 *
 * @throws ServiceError `ValidationException` when no parameter can have this name.
 */
export function parseSelector(given: string): ParameterSelector {
  const [name = '', version, ...rest] = given.replace(arnForm, '').split(':');
  if (!nameForm.test(name) || name.length > 1011 || version === '' || rest.length > 0) {
    throw validationError(
      'Invalid parameter name. Please use correct syntax for referencing a version/label <name>:<version/label>',
    );
  }
  return version === undefined ? { name } : { name, version };
}

/**
 * Reads the name a request gives where it can name no version.
 *
 * @throws ServiceError `ValidationException`
 */
export function parseName(given: string): string {
  const { name, version } = parseSelector(given);
  if (version === undefined) return name;
  throw validationError('The name of a parameter cannot have a version or a label here.');
}

/**
 * Checks the name of a parameter that is to be written.
 *
 * @throws ServiceError for forbidden characters, reserved prefixes and more than 15 levels.
 */
export function checkNewName(name: string): void {
  if (!nameForm.test(name) || name.length > 1011 || name.endsWith('/') || name.includes('//')) {
    throw validationError(
      'Parameter name: must be a fully qualified name of letters, numbers and the symbols .-_, with "/" between its levels.',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw validationError('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (name.split('/').filter((part) => part !== '').length > 15) {
    throw new ServiceError('HierarchyLevelLimitExceededException', 'A hierarchy can have a maximum of 15 levels.');
  }
}

/**
 * Normalises the path of a listing to one that ends in a slash.
 *
 * @throws ServiceError `ValidationException` when it is no path.
 */
export function checkPath(path: string): string {
  if (!path.startsWith('/') || !nameForm.test(path) || path.includes('//')) {
    throw validationError(
      'The parameter path must begin with a forward slash "/" and consist of letters, numbers and the symbols .-_ ' +
        'between single slashes.',
    );
  }
  return path.endsWith('/') ? path : `${path}/`;
}

/** Whether a parameter lies under a path that ends in a slash: directly, or at any depth. */
export function isUnder(name: string, path: string, recursive: boolean): boolean {
  const full = name.startsWith('/') ? name : `/${name}`;
  if (!full.startsWith(path) || full.length === path.length) return false;
  return recursive || !full.slice(path.length).includes('/');
}
