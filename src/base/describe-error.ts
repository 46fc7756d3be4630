/** Name, message and status of something that was thrown. */
export interface ErrorSummary {
  /** Name of the error; `Error` where it has none. */
  readonly name: string;
  /** Its message; for what is no object, the kind of it, since a thrown text may be a value. */
  readonly message: string;
  /** HTTP status of the answer of an AWS service; `undefined` without one. */
  readonly status: number | undefined;
}

/**
 * Reads name, message and status of anything that was thrown.
 *
 * Never throws: symbols, null prototypes, throwing getters and revoked proxies give the defaults.
 */
export function errorSummary(error: unknown): ErrorSummary {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: typeof error, status: undefined };
  return {
    name: textOf(error, 'name') ?? 'Error',
    message: textOf(error, 'message') ?? '',
    status: statusOf(readProperty(error, '$metadata')),
  };
}

/** Says what went wrong in one line: name, HTTP status and message. Services do not repeat values in them. Never throws. */
export function describeError(error: unknown): string {
  const { name, message, status } = errorSummary(error);
  return `${name}${status === undefined ? '' : ` (HTTP ${status})`}${message === '' ? '' : `: ${message}`}`;
}

/** Gives the name of the class of an error, for messages that must not repeat what the error says. Never throws. */
export function errorClassName(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const constructor = readProperty(error, 'constructor');
  const name = typeof constructor === 'function' ? textOf(constructor, 'name') : undefined;
  return name === undefined || name === '' ? 'object' : name;
}

/** Says what kind of thing was given in place of what was expected, for messages; never what it holds. Never throws. */
export function describeKind(given: unknown): string {
  if (given === undefined || given === null) return String(given);
  if (typeof given !== 'object') return `a ${typeof given}`;
  const name = errorClassName(given);
  return name === 'Object' || name === 'object' ? 'a plain object' : `an instance of ${name}`;
}

/** Whether something that was thrown is an instance of a class. Never throws, as `instanceof` does for a revoked proxy. */
export function isInstance<T>(error: unknown, type: abstract new (...args: never) => T): error is T {
  try {
    return error instanceof type;
  } catch {
    return false;
  }
}

/** Reads a property of an object of unknown origin; `undefined` where that throws. */
export function readProperty(object: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return undefined;
  }
}

function textOf(object: object, key: string): string | undefined {
  const value = readProperty(object, key);
  return typeof value === 'string' ? value : undefined;
}

function statusOf(metadata: unknown): number | undefined {
  const status =
    typeof metadata === 'object' && metadata !== null ? readProperty(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}
