import { cacheTableStatement, sealingStatement, tableKeyStatement } from './statements';
import { allow, type PolicyDocument } from './policy-document';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { type PolicyOptions, policyOptionNames, type PolicyReader, rolesOf } from './policy-options';
import { type PolicyProvider } from './policy-providers';
import { type SourceAccess } from '../providers/access';
import { appConfigAccess } from '../providers/app-config-access';
import { dynamoAccess } from '../providers/dynamo-access';
import { secretsAccess } from '../providers/secrets-access';
import { ssmAccess } from '../providers/ssm-access';

/** The providers of the library that need permissions, in the order of their statements. */
const sources = Object.values({
  ssm: ssmAccess,
  secrets: secretsAccess,
  appconfig: appConfigAccess,
  dynamo: dynamoAccess,
} satisfies Readonly<Record<PolicyProvider, SourceAccess>>);

/** What each reader is allowed at the sources. */
const statementsFor = {
  service: ['readStatements'],
  'cli-read': ['readStatements', 'historyStatements'],
  'cli-write': ['readStatements', 'historyStatements', 'writeStatements'],
} as const satisfies Readonly<Record<PolicyReader, readonly (keyof SourceAccess)[]>>;

function statementsOf(reader: PolicyReader): (typeof statementsFor)[PolicyReader] {
  if (Object.hasOwn(statementsFor, reader)) return statementsFor[reader];
  const known = Object.keys(statementsFor).join(', ');
  throw new InvalidSettingsError('leastPrivilegePolicy() option for', `expected one of ${known}.`);
}

/**
 * Gives the least policy that a service needs to read its settings: its chain's directories at its providers, and its
 * own partition of the cache table.
 *
 * @param parameterNames - Other names of parameters than those of the options; `undefined`: all of the directories.
 * @throws InvalidDirectoryError for a directory that is no path.
 */
export function leastPrivilegePolicy(
  options: PolicyOptions,
  { parameterNames: names }: { readonly parameterNames: PolicyOptions['names'] } = { parameterNames: options.names },
): PolicyDocument {
  checkOptions('leastPrivilegePolicy()', options, policyOptionNames);
  const { for: reader = 'service' } = options;
  const statements = sources.flatMap((source) => {
    const ownOptions = source === ssmAccess ? { ...options, names } : options;
    return statementsOf(reader).flatMap((kind) => source[kind](ownOptions));
  });
  return {
    Version: '2012-10-17',
    Statement: [
      ...statements,
      ...allow('AssumeRoles', ['sts:AssumeRole'], rolesOf(options)),
      ...cacheTableStatement(options),
      ...sealingStatement(options),
      ...tableKeyStatement(options),
      ...(options.otherStatements ?? []),
    ],
  };
}
