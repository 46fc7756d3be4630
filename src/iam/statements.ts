import { settingsDefaults } from '../settings/settings-values';
import { placeOfTable, type PolicyPlace, tableArnOf, viaService } from './arn';
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

/** What a key is used for, by which service. */
export interface KeyUse {
  readonly sid: string;
  /** Where the service is called. */
  readonly places: readonly PolicyPlace[];
  /** Service that uses the key on behalf of the reader. */
  readonly service: 'ssm' | 'secretsmanager';
  /** Key of the encryption context that names what is encrypted. */
  readonly contextKey: 'PARAMETER_ARN' | 'SecretARN';
  /** ARNs of what is encrypted. */
  readonly arns: readonly string[];
}

/**
 * Allows to use customer managed keys through a service, for what it keeps and the reader may read.
 *
 * Sources: https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
export function decryptStatement(options: PolicyOptions, decryption: KeyUse): readonly PolicyStatement[] {
  return keyStatement(options, ['kms:Decrypt'], decryption);
}

/** Allows to use customer managed keys through a service, for what it keeps and may be written. Sources: as above. */
export function encryptStatement(options: PolicyOptions, encryption: KeyUse): readonly PolicyStatement[] {
  return keyStatement(options, ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], encryption);
}

function keyStatement(
  options: PolicyOptions,
  actions: readonly string[],
  { sid, places, service, contextKey, arns }: KeyUse,
): readonly PolicyStatement[] {
  if (arns.length === 0) return [];
  return allow(sid, actions, options.kmsKeyArns ?? [], {
    StringLike: { 'kms:ViaService': viaServices(places, service), [`kms:EncryptionContext:${contextKey}`]: arns },
  });
}

/** Allows to make and unwrap the data keys that secrets of one partition of the cache table are sealed with. */
export function sealingStatement(options: PolicyOptions): readonly PolicyStatement[] {
  const environ = environOf(options);
  const { cacheKmsKeyArn, cacheTable } = options;
  if (environ === undefined || cacheKmsKeyArn === undefined || cacheTable === null) return [];
  return allow('SealSecrets', ['kms:GenerateDataKey', 'kms:Decrypt'], [cacheKmsKeyArn], {
    StringEquals: { 'kms:EncryptionContext:environ': environ },
  });
}

/**
 * Allows to use the keys that tables are encrypted with, through DynamoDB.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function tableKeyStatement(
  options: Pick<PolicyOptions, 'region' | 'tableKmsKeyArns' | 'cacheTable' | 'configTable'>,
): readonly PolicyStatement[] {
  const tables = [options.cacheTable ?? '', options.configTable ?? ''];
  const places = tables.map((table) => placeOfTable(options, table));
  return allow('UseTableKeys', ['kms:Decrypt', 'kms:DescribeKey'], options.tableKmsKeyArns ?? [], {
    StringLike: { 'kms:ViaService': viaServices(places, 'dynamodb') },
  });
}

function viaServices(places: readonly PolicyPlace[], service: string): string | readonly string[] {
  const services = [...new Set(places.map((place) => viaService(place, service)))];
  return services.length === 1 ? services.join() : services;
}
