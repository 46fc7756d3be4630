import { arnOf } from '../iam/arn';
import { allow, type PolicyStatement } from '../iam/policy-document';
import { placesOf, type PolicyOptions } from '../iam/policy-options';
import { type SourceAccess } from './access';

/** Permissions for AppConfig. */
export const appConfigAccess: SourceAccess = {
  provider: 'appconfig',
  readStatements,
  historyStatements: () => [],
  writeStatements: () => [],
};

/**
 * Allows to read deployed configurations.
 *
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsappconfig.html
 */
function readStatements(options: PolicyOptions): readonly PolicyStatement[] {
  const all = 'application/*/environment/*/configuration/*';
  const places = placesOf(options, 'appconfig');
  const arns = options.appConfigArns ?? places.map((place) => arnOf(place, 'appconfig', all));
  const actions = ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'];
  return allow('ReadConfigurations', actions, places.length === 0 ? [] : arns);
}
