import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { describeError } from '../base/describe-error';
import { importCredentialProviders } from './optional-packages';

type CredentialsProvider = Extract<SecretsManagerClientConfig['credentials'], (...args: never) => unknown>;

/** A role to read with, of this account or another. */
export interface AssumedRole {
  /** ARN of the role. */
  readonly roleArn: string;
  /** External id that the trust policy of the role requires. Absent: none. */
  readonly externalId?: string | undefined;
  /** Region of STS. Absent: as the SDK finds it. */
  readonly region?: string | undefined;
}

/** Name of the sessions, as the logs of the account show it. */
const sessionName = 'xcon';

/**
 * Gives credentials of a role, which is assumed with the credentials of the process. Needs the package `@aws-sdk/credential-providers`.
 *
 * @returns A provider for the SDK; it rejects with a CredentialsError that says what to allow when the role may not be assumed.
 * Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumedRole({ roleArn, externalId, region }: AssumedRole): CredentialsProvider {
  let provider: CredentialsProvider | undefined;
  return async (options) => {
    const { fromTemporaryCredentials } = await importCredentialProviders();
    provider ??= fromTemporaryCredentials({
      params: { RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId },
      clientConfig: region === undefined ? {} : { region },
    });
    try {
      return await provider(options);
    } catch (error) {
      const { classifyAwsError, withoutPayload } = await import('./aws-errors');
      if (classifyAwsError(error) !== 'not-permitted') throw error;
      const { CredentialsError } = await import('./credentials-error');
      const remedy = `allow sts:AssumeRole on ${roleArn}, and let its trust policy name this process`;
      throw new CredentialsError(describeError(error), false, { cause: withoutPayload(error), remedy });
    }
  };
}
