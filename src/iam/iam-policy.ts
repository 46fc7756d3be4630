import { type PolicyDocument } from './policy-document';
import { type PolicyOptions } from './policy-options';

/**
 * Gives the least policy that a service needs to read its settings: its directories at the providers it asks, and its own
 * partition of the cache table. Of declared settings, `declared.policy()` gives that of their names alone.
 *
 * @param options - Who reads what, and where.
 * @throws InvalidSettingsError for an unknown option; InvalidDirectoryError for a directory that is no path.
 */
export async function iamPolicy(options: PolicyOptions): Promise<PolicyDocument> {
  const { leastPrivilegePolicy } = await import('./least-privilege-policy');
  return leastPrivilegePolicy(options);
}
