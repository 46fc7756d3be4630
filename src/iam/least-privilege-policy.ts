import { sealingStatement, tableKeyStatement } from './key-statements';
import { allow, type PolicyDocument } from './policy-document';
import { checkOptions } from '../options';
import { type PolicyOptions, policyOptionNames, rolesOf } from './policy-options';
import { appConfigStatements, parameterStatements, secretStatements } from './source-statements';
import { cacheTableStatement, configTableStatement } from './table-statements';

/**
 * Gives the least policy that a service needs to read its settings: its chain's directories at the providers it asks, and its
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
  return {
    Version: '2012-10-17',
    Statement: [
      ...parameterStatements({ ...options, names }),
      ...secretStatements(options),
      ...appConfigStatements(options),
      ...allow('AssumeRoles', ['sts:AssumeRole'], rolesOf(options)),
      ...configTableStatement(options),
      ...cacheTableStatement(options),
      ...sealingStatement(options),
      ...tableKeyStatement(options),
    ],
  };
}
