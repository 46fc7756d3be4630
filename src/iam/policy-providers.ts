/** Short names of the providers whose permissions are known by name; each has them in `src/providers/NAME-access.ts`. */
export const policyProviders = ['ssm', 'secrets', 'dynamo', 'appconfig'] as const;

/** A provider that needs permissions. */
export type PolicyProvider = (typeof policyProviders)[number];

/** Whether a provider, by its short name, is one whose permissions are known. */
export function isPolicyProvider(name: string): name is PolicyProvider {
  return policyProviders.some((each) => each === name);
}
