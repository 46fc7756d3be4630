import { tableArnOf } from '../iam/arn';
import { allow, type PolicyStatement } from '../iam/policy-document';
import { pathsOf, placesOf, type PolicyOptions } from '../iam/policy-options';
import { onlyPartitions } from '../iam/statements';
import { settingsDefaults } from '../settings/settings-values';
import { type SourceAccess } from './access';

/** Permissions for the configuration table. */
export const dynamoAccess: SourceAccess = {
  provider: 'dynamo',
  readStatements,
  // Rows have no versions.
  historyStatements: () => [],
  writeStatements,
};

/** Allows to read the partitions of a chain in the configuration table, and no others. */
function readStatements(options: PolicyOptions): readonly PolicyStatement[] {
  return statements('ReadConfigTable', ['dynamodb:Query'], options);
}

/** Allows to change the rows of the partitions of a chain in the configuration table, and of no others. */
function writeStatements(options: PolicyOptions): readonly PolicyStatement[] {
  return statements('WriteConfigTable', ['dynamodb:PutItem', 'dynamodb:DeleteItem'], options);
}

function statements(sid: string, actions: readonly string[], options: PolicyOptions): readonly PolicyStatement[] {
  const { configTable = settingsDefaults.configTable } = options;
  const places = options.names?.length === 0 ? [] : placesOf(options, 'dynamo');
  const tables = new Set(places.map((place) => tableArnOf(place, configTable)));
  return allow(sid, actions, [...tables], onlyPartitions(pathsOf(options)));
}
