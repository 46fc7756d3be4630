import { settingsDefaults } from '../settings/settings-values';
import { tableArnOf } from './arn';
import { allow, type PolicyConditions, type PolicyStatement } from './policy-document';
import { environOf, type PolicyOptions } from './policy-options';

/**
 * Allows to read and write one partition of the cache table, and no other: rows by `Query` and `BatchWriteItem`, which
 * deletes them as well; the lease by a conditional `PutItem`; the lease and the generation by `GetItem`.
 */
export function cacheTableStatement(options: PolicyOptions): readonly PolicyStatement[] {
  const environ = environOf(options);
  const { cacheTable = settingsDefaults.cacheTable } = options;
  if (environ === undefined || cacheTable === null) return [];
  const actions = ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:BatchWriteItem'];
  return allow('UseCacheTable', actions, [tableArnOf(options, cacheTable)], onlyPartitions([environ]));
}

/**
 * Limits a statement to partitions of a table.
 *
 * Without the second condition, the first holds for requests that name no partition, such as a Scan.
 *
 * Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function onlyPartitions(partitions: readonly string[]): PolicyConditions {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitions },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}
