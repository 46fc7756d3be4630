import { type Fields } from './fields';

/** Members of requests, of any service, that hold the value of a parameter or a secret. */
const secretMembers: readonly string[] = ['Value', 'SecretString', 'SecretBinary', 'Plaintext'];

/** Replaces the values a request carries, so that the call log can be printed. */
export function redact(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secretMembers.includes(name) ? '***' : value]),
  );
}
