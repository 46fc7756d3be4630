import { type PolicyDocument } from './policy-document';
import { type PolicyOptions } from './policy-options';

/**
 * Gives the least policy that a service needs to read its settings: its directories at its providers, and its own
 * partition of the cache table. Of declared settings, `declared.policy()` gives that of their names alone.
 *
 * @param options - Service, environment and what differs from the defaults. Without `region` and `account`, resources are of any.
 * @returns A policy as data: `JSON.stringify` makes the document.
 * @throws InvalidSettingsError for an unknown option; InvalidDirectoryError for a directory that is no path.
 *
 * @example
 * const policy = await iamPolicy({ service: 'orders', environment: 'prod', region: 'eu-west-1', account: '111122223333' });
 */
export async function iamPolicy(options: PolicyOptions): Promise<PolicyDocument> {
  const { leastPrivilegePolicy } = await import('./least-privilege-policy');
  return leastPrivilegePolicy(options);
}
