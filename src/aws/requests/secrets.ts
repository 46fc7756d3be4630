import type {
  BatchGetSecretValueCommandOutput,
  CreateSecretCommandOutput,
  DeleteSecretCommandOutput,
  DescribeSecretCommandOutput,
  Filter,
  GetSecretValueCommandOutput,
  ListSecretsCommandOutput,
  ListSecretVersionIdsCommandOutput,
  PutSecretValueCommandOutput,
  RestoreSecretCommandOutput,
  SecretsManagerClient,
  TagResourceCommandOutput,
  UpdateSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { tagListOf } from '../tags';
import { type ServiceAction, type ServiceRequest } from './service-request';

/** Most ids that `BatchGetSecretValue` takes, and values of one filter of `ListSecrets`. */
export const secretLimits = { ids: 20, filterValues: 10 } as const;
/** Days for which a deleted secret can be restored where nothing else is said, and their limits. */
export const recoveryDays = { usual: 30, least: 7, most: 30 } as const;
/** Staging label of the version that lookups get. */
export const currentStage = 'AWSCURRENT';

/** The value of a secret. */
export type SecretContent = string | Uint8Array;

/** What a secret has beside its value; what is `undefined` stays as it is. */
export interface SecretFacts {
  /** What it is for. */
  readonly description?: string | undefined;
  /** KMS key, by id, ARN or alias. */
  readonly keyId?: string | undefined;
}

/** Gives the id of the current version; `undefined` for a secret without a value. */
export function currentVersionOf(stages: Readonly<Record<string, readonly string[]>> = {}): string | undefined {
  return Object.entries(stages).find(([, labels]) => labels.includes(currentStage))?.[0];
}

/** Creates a secret; sent again, it is the same creation, and not a second one. */
export function createSecret(
  client: SecretsManagerClient,
  name: string,
  content: SecretContent,
  { tags, ...facts }: SecretFacts & { readonly tags?: Readonly<Record<string, string>> | undefined },
): ServiceRequest<CreateSecretCommandOutput> {
  const input = {
    Name: name,
    ...writeOf(content),
    ...factsOf(facts),
    ...(tags !== undefined && { Tags: tagListOf(tags) }),
  };
  return {
    ...writing(client, 'CreateSecret', name, content),
    send: async (options) => {
      const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new CreateSecretCommand(input), options);
    },
  };
}

/** Gives a secret another value. */
export function putSecretValue(
  client: SecretsManagerClient,
  name: string,
  content: SecretContent,
): ServiceRequest<PutSecretValueCommandOutput> {
  const input = { SecretId: name, ...writeOf(content) };
  return {
    ...writing(client, 'PutSecretValue', name, content),
    send: async (options) => {
      const { PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new PutSecretValueCommand(input), options);
    },
  };
}

/** Changes what a secret has beside its value, and its value where one is given. */
export function updateSecret(
  client: SecretsManagerClient,
  name: string,
  facts: SecretFacts,
  content?: SecretContent,
): ServiceRequest<UpdateSecretCommandOutput> {
  const input = { SecretId: name, ...(content !== undefined && writeOf(content)), ...factsOf(facts) };
  return {
    ...writing(client, 'UpdateSecret', name, content),
    send: async (options) => {
      const { UpdateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new UpdateSecretCommand(input), options);
    },
  };
}

/** Deletes a secret. @param days - For how long it can be restored; 0: it is gone at once. */
export function deleteSecret(
  client: SecretsManagerClient,
  name: string,
  days: number = recoveryDays.usual,
): ServiceRequest<DeleteSecretCommandOutput> {
  const how = days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days };
  return {
    ...writing(client, 'DeleteSecret', name),
    send: async (options) => {
      const { DeleteSecretCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new DeleteSecretCommand({ SecretId: name, ...how }), options);
    },
  };
}

/** Restores a secret that is scheduled for deletion. */
export function restoreSecret(client: SecretsManagerClient, name: string): ServiceRequest<RestoreSecretCommandOutput> {
  return {
    ...writing(client, 'RestoreSecret', name),
    send: async (options) => {
      const { RestoreSecretCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new RestoreSecretCommand({ SecretId: name }), options);
    },
  };
}

/** Adds tags to a secret, or changes them; others stay. */
export function tagSecret(
  client: SecretsManagerClient,
  name: string,
  tags: Readonly<Record<string, string>>,
): ServiceRequest<TagResourceCommandOutput> {
  return {
    ...writing(client, 'TagResource', name),
    send: async (options) => {
      const { TagResourceCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new TagResourceCommand({ SecretId: name, Tags: tagListOf(tags) }), options);
    },
  };
}

/** Reads what a secret has beside its value. */
export function describeSecret(
  client: SecretsManagerClient,
  name: string,
): ServiceRequest<DescribeSecretCommandOutput> {
  return {
    ...reading(client, 'DescribeSecret', name),
    send: async (options) => {
      const { DescribeSecretCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new DescribeSecretCommand({ SecretId: name }), options);
    },
  };
}

/**
 * Reads one page of what secrets have beside their values, those that are scheduled for deletion among them, 100 a page. A new secret
 * may be missing for some minutes.
 *
 * @param filters - All of them have to hold.
 * @param token - Of the page before; `undefined`: the first page.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export function listSecrets(
  client: SecretsManagerClient,
  filters: readonly Filter[],
  token: string | undefined,
): ServiceRequest<ListSecretsCommandOutput> {
  return {
    ...reading(client, 'ListSecrets'),
    send: async (options) => {
      const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
      const input = { Filters: [...filters], IncludePlannedDeletion: true, MaxResults: 100, NextToken: token };
      return client.send(new ListSecretsCommand(input), options);
    },
  };
}

/** Reads the value of a secret. @param version - Id of the version; absent: the current one. */
export function getSecretValue(
  client: SecretsManagerClient,
  name: string,
  version?: string,
): ServiceRequest<GetSecretValueCommandOutput> {
  return {
    ...reading(client, 'GetSecretValue', name),
    send: async (options) => {
      const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new GetSecretValueCommand({ SecretId: name, VersionId: version }), options);
    },
  };
}

/**
 * Reads the values of up to 20 secrets, each with an error of its own.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
export function batchGetSecretValues(
  client: SecretsManagerClient,
  names: readonly string[],
): ServiceRequest<BatchGetSecretValueCommandOutput> {
  return {
    ...reading(client, 'BatchGetSecretValue'),
    send: async (options) => {
      const { BatchGetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
      return client.send(new BatchGetSecretValueCommand({ SecretIdList: [...names] }), options);
    },
  };
}

/** Reads one page of the versions of a secret. @param token - Of the page before; `undefined`: the first page. */
export function listSecretVersions(
  client: SecretsManagerClient,
  name: string,
  token: string | undefined,
): ServiceRequest<ListSecretVersionIdsCommandOutput> {
  return {
    ...reading(client, 'ListSecretVersionIds', name),
    send: async (options) => {
      const { ListSecretVersionIdsCommand } = await import('@aws-sdk/client-secrets-manager');
      const input = { SecretId: name, IncludeDeprecated: true, MaxResults: 100, NextToken: token };
      return client.send(new ListSecretVersionIdsCommand(input), options);
    },
  };
}

/** Gives the ARN of a secret of any region and account: Secrets Manager adds six characters to its name. */
export function secretArnText(name: string): string {
  return `arn:aws:secretsmanager:*:*:secret:${name}-??????`;
}

/** The content of a write, with the token by which the service knows a write that is sent again. */
function writeOf(content: SecretContent) {
  const value = typeof content === 'string' ? { SecretString: content } : { SecretBinary: content };
  return { ...value, ClientRequestToken: randomUUID() };
}

function factsOf({ description, keyId }: SecretFacts) {
  return {
    ...(description !== undefined && { Description: description }),
    ...(keyId !== undefined && { KmsKeyId: keyId }),
  };
}

function writing(client: SecretsManagerClient, operation: string, name: string, content?: SecretContent) {
  return {
    client,
    changes: true,
    sent: typeof content === 'string' ? content : undefined,
    ...actionOn(operation, name),
  };
}

function reading(client: SecretsManagerClient, operation: string, name?: string) {
  return { client, changes: false, ...actionOn(operation, name) };
}

function actionOn(operation: string, name: string | undefined): ServiceAction {
  return { action: `secretsmanager:${operation}`, resource: name === undefined ? '*' : secretArnText(name) };
}
