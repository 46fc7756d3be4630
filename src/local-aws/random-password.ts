import { randomInt } from 'node:crypto';

import { type Fields, flagField, integerField, textField } from './fields';
import { invalidParameter } from './secret-store';
import { type Operations, operationsOf } from './service';

/**
 * Kinds of characters, and the member that leaves each out.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 */
const kinds = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;

/** Gives a whole number from 0 up to, and without, its limit. */
export type RandomBelow = (limit: number) => number;

/** `GetRandomPassword` of Secrets Manager. */
export function randomPasswords(random: RandomBelow = (limit) => randomInt(limit)): Operations {
  return operationsOf({
    GetRandomPassword: [
      `PasswordLength ExcludeCharacters ${Object.keys(kinds).join(' ')} IncludeSpace RequireEachIncludedType`,
      (fields) => ({ RandomPassword: randomPassword(fields, random) }),
    ],
  });
}

function randomPassword(fields: Fields, random: RandomBelow): string {
  const length = integerField(fields, 'PasswordLength') ?? 32;
  if (length < 1 || length > 4096) throw invalidParameter('PasswordLength must be between 1 and 4096 (inclusive).');
  const included = includedKinds(fields);
  const allowed = [...included, ...(flagField(fields, 'IncludeSpace') ? [' '] : [])].join('');
  if (allowed === '') throw invalidParameter('The options exclude every character.');
  // A switch that is not given is on.
  const required = fields['RequireEachIncludedType'] === false ? [] : included;
  if (required.length > length) {
    throw invalidParameter('PasswordLength is less than the number of types of characters that are required.');
  }
  const pick = (characters: string) => characters.charAt(random(characters.length));
  const picked = [...required.map(pick), ...Array.from({ length: length - required.length }, () => pick(allowed))];
  return shuffled(picked, random).join('');
}

/** The characters of each kind that may be used, without kinds of which none are left. */
function includedKinds(fields: Fields): readonly string[] {
  flagField(fields, 'RequireEachIncludedType');
  const excluded = textField(fields, 'ExcludeCharacters') ?? '';
  const wanted = Object.entries(kinds).flatMap(([member, characters]) =>
    flagField(fields, member) ? [] : [characters],
  );
  return wanted
    .map((characters) => [...characters].filter((each) => !excluded.includes(each)).join(''))
    .filter((characters) => characters !== '');
}

/** Source: Fisher and Yates, as in https://doi.org/10.1145/364520.364540 */
function shuffled(items: readonly string[], random: RandomBelow): readonly string[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    [result[last], result[other]] = [result[other] ?? '', result[last] ?? ''];
  }
  return result;
}
