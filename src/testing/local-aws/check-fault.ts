import { isFields } from './fields';
import { LocalAwsError } from './local-aws-error';
import { type LocalAwsFault } from './local-aws-fault';
import { type LocalAwsService } from './service';

/** Every service there is. */
export const services: readonly LocalAwsService[] = ['ssm', 'secretsmanager', 'dynamodb', 'kms'];

const memberTypes: Readonly<Record<keyof LocalAwsFault, string>> = {
  target: 'string',
  body: 'string',
  service: 'string',
  times: 'number',
  type: 'string',
  status: 'number',
  message: 'string',
  dropConn: 'boolean',
  hang: 'boolean',
  delayMs: 'number',
  raw: 'object',
  unprocessed: 'boolean',
  batchErrors: 'string',
  endlessToken: 'boolean',
  emptyPageFirst: 'boolean',
};

/** Says whether a fault answers with an error of the service. */
export function isErrorFault({ type, status, message, batchErrors }: LocalAwsFault): boolean {
  return type !== undefined || status !== undefined || (message !== undefined && batchErrors === undefined);
}

/**
 * Checks a fault that may come from a file.
 *
 * @param where - Place of the fault, for the message.
 * @throws LocalAwsError
 */
export function checkFault(fault: unknown, where: string): LocalAwsFault {
  if (!isFields(fault)) throw new LocalAwsError(`${where} is not an object.`);
  for (const [name, value] of Object.entries(fault)) {
    if (!Object.hasOwn(memberTypes, name)) {
      throw new LocalAwsError(`${where}.${name} is unknown; known: ${Object.keys(memberTypes).join(', ')}.`);
    }
    const expected = memberTypes[name as keyof LocalAwsFault];
    if (value !== undefined && typeof value !== expected) {
      throw new LocalAwsError(`${where}.${name} is a ${typeof value}; expected a ${expected}.`);
    }
  }
  const checked = fault as unknown as LocalAwsFault;
  checkMembers(checked, where);
  checkEffects(checked, where);
  return checked;
}

/** Compiles a regular expression of a fault; without one, everything matches. */
export function compile(pattern: string | undefined, where: string): RegExp {
  try {
    return new RegExp(pattern ?? '');
  } catch (cause) {
    throw new LocalAwsError(`${where} is not a regular expression.`, { cause });
  }
}

function checkMembers({ target, service, raw, status, times, delayMs }: LocalAwsFault, where: string): void {
  if (target === undefined) throw new LocalAwsError(`${where}.target is missing; expected a regular expression.`);
  if (service !== undefined && !services.includes(service)) {
    throw new LocalAwsError(`${where}.service is unknown; known: ${services.join(', ')}.`);
  }
  if (raw !== undefined && (!isFields(raw) || typeof raw.body !== 'string')) {
    throw new LocalAwsError(`${where}.raw has no body; expected { body: string, status?, contentType? }.`);
  }
  for (const code of [status, raw?.status]) {
    if (code !== undefined && !(Number.isInteger(code) && code >= 200 && code <= 599)) {
      throw new LocalAwsError(`${where} has a status that is none; expected 200 to 599.`);
    }
  }
  if ([times, delayMs].some((number) => number !== undefined && !(number >= 0))) {
    throw new LocalAwsError(`${where} has a negative times or delayMs.`);
  }
}

function checkEffects(fault: LocalAwsFault, where: string): void {
  const { dropConn, hang, raw, unprocessed, batchErrors, endlessToken, emptyPageFirst, delayMs } = fault;
  const flags = { dropConn, hang, unprocessed, endlessToken, emptyPageFirst };
  const effects = [
    ...Object.entries(flags).flatMap(([name, asked]) => (asked === true ? [name] : [])),
    ...Object.entries({ raw, batchErrors }).flatMap(([name, asked]) => (asked === undefined ? [] : [name])),
    ...(isErrorFault(fault) ? ['type/status/message'] : []),
  ];
  if (effects.length > 1) throw new LocalAwsError(`${where} asks for ${effects.join(' and ')}; choose one.`);
  if (effects.length === 0 && delayMs === undefined) {
    throw new LocalAwsError(`${where} does nothing; give it a type, dropConn, hang, delayMs, raw or another effect.`);
  }
}
