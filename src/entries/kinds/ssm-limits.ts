import { type EntryAddress } from '../entry-kind';
import { type ValueTemplate } from '../value-template';
import { fullName } from './common-options';

/** Bytes of a value. Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const mostBytes = { Standard: 4096, Advanced: 8192 } as const;

/** Says what is wrong with the name of a parameter. Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Name) */
export function nameProblem(address: EntryAddress): string | undefined {
  const full = fullName(address);
  if (!/^[/A-Za-z0-9_.-]+$/.test(full)) return 'the name of a parameter has letters, digits, and _ . - / only.';
  if (full.length > 1011) return 'the name of a parameter has at most 1,011 characters.';
  if (full.split('/').length > 16) return 'the name of a parameter has at most 15 levels.';
  return /^\/(aws|ssm)/i.test(full) ? 'the names /aws... and /ssm... are reserved.' : undefined;
}

/** Says what is wrong with a value in the file. @returns `undefined` also for one that is not in the file. */
export function valueProblem(template: ValueTemplate, tier: string | undefined): string | undefined {
  if (template.kind !== 'literal') return undefined;
  const { value } = template;
  if (typeof value !== 'string')
    return 'the value of a parameter is a text, a number, true or false; StringLists may be lists.';
  if (value === '') return 'Parameter Store does not take an empty value; leave the entry out.';
  if (/\{\{[^}]*\}\}/.test(value)) return 'Parameter Store does not take {{ }} in a value.';
  const bytes = Buffer.byteLength(value);
  if (bytes > mostBytes.Advanced) return `the value has ${bytes} bytes; ${mostBytes.Advanced} are allowed.`;
  if (bytes > mostBytes.Standard && (tier ?? 'Standard') === 'Standard') {
    return `the value has ${bytes} bytes; ${mostBytes.Standard} are allowed without tier: Advanced.`;
  }
  return undefined;
}
