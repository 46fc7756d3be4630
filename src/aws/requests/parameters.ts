import type {
  AddTagsToResourceCommandOutput,
  DeleteParameterCommandOutput,
  DescribeParametersCommandOutput,
  GetParameterHistoryCommandOutput,
  GetParametersCommandOutput,
  ListTagsForResourceCommandOutput,
  ParameterMetadata,
  ParameterStringFilter,
  ParameterTier,
  ParameterType,
  PutParameterCommandInput,
  PutParameterCommandOutput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { tagListOf } from '../tags';
import { type ServiceAction, type ServiceRequest } from './service-request';

/** Most names that `GetParameters` takes, and values of one filter of `DescribeParameters`. */
export const parameterLimits = { names: 10, filterValues: 50 } as const;

/** What a parameter has beside its value. What is `undefined` is not set, or not asked for. */
export interface ParameterFacts {
  /** `String`, `StringList` or `SecureString`. */
  readonly type?: string | undefined;
  /** `Standard`, `Advanced` or `Intelligent-Tiering`. */
  readonly tier?: string | undefined;
  /** KMS key of a `SecureString`, by id, ARN or alias. */
  readonly keyId?: string | undefined;
  /** What it is for. */
  readonly description?: string | undefined;
  /** Regular expression that values must match. */
  readonly pattern?: string | undefined;
  /** Its policies, a JSON list. */
  readonly policies?: string | undefined;
  /** `undefined`: `text`. */
  readonly dataType?: string | undefined;
}

/** A parameter to write. */
export interface ParameterPut extends Pick<ParameterFacts, 'tier' | 'keyId' | 'description' | 'pattern'> {
  /** Full name. */
  readonly name: string;
  /** Its value; not empty. */
  readonly value: string;
  /** Its type; that of an existing parameter cannot be changed. */
  readonly type: string;
  /** Its tags, which only a new parameter takes. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The parameter as it is; absent: it is created, which fails where there is one. */
  readonly former?: ParameterFacts | undefined;
}

/** Gives what a parameter has beside its value. */
export function parameterFactsOf(
  metadata: Pick<
    ParameterMetadata,
    'AllowedPattern' | 'DataType' | 'Description' | 'KeyId' | 'Policies' | 'Tier' | 'Type'
  >,
): ParameterFacts {
  const { AllowedPattern: pattern, DataType: dataType, Description: description, KeyId: keyId } = metadata;
  const policies = metadata.Policies?.flatMap(({ PolicyText: text }) => text ?? []) ?? [];
  return {
    ...{ type: metadata.Type, tier: metadata.Tier, keyId, description, pattern },
    policies: policies.length === 0 ? undefined : `[${policies.join()}]`,
    dataType: dataType === 'text' ? undefined : dataType,
  };
}

/**
 * Writes a parameter. What an existing one has and the write does not name is sent again: the service would take its defaults for it.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export function putParameter(client: SSMClient, put: ParameterPut): ServiceRequest<PutParameterCommandOutput> {
  const { former, name, tags, type, value } = put;
  const isSecret = type === 'SecureString';
  const formerKey = former?.type === 'SecureString' ? former.keyId : undefined;
  const all: PutParameterCommandInput = {
    Name: name,
    Value: value,
    Type: type as ParameterType,
    Overwrite: former !== undefined,
    Tier: (put.tier ?? former?.tier) as ParameterTier | undefined,
    KeyId: isSecret ? (put.keyId ?? formerKey) : undefined,
    Description: put.description ?? former?.description,
    AllowedPattern: put.pattern ?? former?.pattern,
    Policies: former?.policies,
    DataType: former?.dataType,
    Tags: former === undefined && tags !== undefined ? tagListOf(tags) : undefined,
  };
  const input = Object.fromEntries(Object.entries(all).filter(([, each]) => each !== undefined)) as typeof all;
  return {
    ...writing(client, 'PutParameter', name),
    sent: value,
    ...(isSecret && { also: 'kms:GenerateDataKey or kms:Encrypt on its key' }),
    send: async (options) => {
      const { PutParameterCommand } = await import('@aws-sdk/client-ssm');
      return client.send(new PutParameterCommand(input), options);
    },
  };
}

/** Deletes a parameter; the service says so where there is none. */
export function deleteParameter(client: SSMClient, name: string): ServiceRequest<DeleteParameterCommandOutput> {
  return {
    ...writing(client, 'DeleteParameter', name),
    send: async (options) => {
      const { DeleteParameterCommand } = await import('@aws-sdk/client-ssm');
      return client.send(new DeleteParameterCommand({ Name: name }), options);
    },
  };
}

/** Adds tags to a parameter, or changes them; others stay. */
export function tagParameter(
  client: SSMClient,
  name: string,
  tags: Readonly<Record<string, string>>,
): ServiceRequest<AddTagsToResourceCommandOutput> {
  return {
    ...writing(client, 'AddTagsToResource', name),
    send: async (options) => {
      const { AddTagsToResourceCommand } = await import('@aws-sdk/client-ssm');
      const input = { ResourceType: 'Parameter' as const, ResourceId: name, Tags: tagListOf(tags) };
      return client.send(new AddTagsToResourceCommand(input), options);
    },
  };
}

/** Reads the tags of a parameter. */
export function listParameterTags(client: SSMClient, name: string): ServiceRequest<ListTagsForResourceCommandOutput> {
  return {
    ...reading(client, 'ListTagsForResource', [name]),
    send: async (options) => {
      const { ListTagsForResourceCommand } = await import('@aws-sdk/client-ssm');
      return client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }), options);
    },
  };
}

/** Reads the values of up to ten parameters, decrypted. One invalid name, or a refused key, fails them all. */
export function getParameters(client: SSMClient, names: readonly string[]): ServiceRequest<GetParametersCommandOutput> {
  return {
    ...reading(client, 'GetParameters', names),
    send: async (options) => {
      const { GetParametersCommand } = await import('@aws-sdk/client-ssm');
      return client.send(new GetParametersCommand({ Names: [...names], WithDecryption: true }), options);
    },
  };
}

/** Reads one page of the versions of a parameter. @param token - Of the page before; `undefined`: the first page. */
export function getParameterHistory(
  client: SSMClient,
  name: string,
  decrypt: boolean,
  token: string | undefined,
): ServiceRequest<GetParameterHistoryCommandOutput> {
  return {
    ...reading(client, 'GetParameterHistory', [name]),
    send: async (options) => {
      const { GetParameterHistoryCommand } = await import('@aws-sdk/client-ssm');
      const input = { Name: name, WithDecryption: decrypt, MaxResults: 50, NextToken: token };
      return client.send(new GetParameterHistoryCommand(input), options);
    },
  };
}

/**
 * Reads one page of what parameters have beside their values, 50 parameters a page.
 *
 * @param filters - All of them have to hold.
 * @param token - Of the page before; `undefined`: the first page.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
 */
export function describeParameters(
  client: SSMClient,
  filters: readonly ParameterStringFilter[],
  token: string | undefined,
): ServiceRequest<DescribeParametersCommandOutput> {
  return {
    ...reading(client, 'DescribeParameters'),
    send: async (options) => {
      const { DescribeParametersCommand } = await import('@aws-sdk/client-ssm');
      const input = { ParameterFilters: [...filters], MaxResults: 50, NextToken: token };
      return client.send(new DescribeParametersCommand(input), options);
    },
  };
}

function writing(client: SSMClient, operation: string, name: string) {
  return { client, changes: true, ...actionOn(operation, [name]) };
}

function reading(client: SSMClient, operation: string, names?: readonly string[]) {
  return { client, changes: false, ...actionOn(operation, names) };
}

function actionOn(operation: string, names: readonly string[] | undefined): ServiceAction {
  const resource = names?.map((each) => `arn:aws:ssm:*:*:parameter${each}`).join(', ') ?? '*';
  return { action: `ssm:${operation}`, resource };
}
