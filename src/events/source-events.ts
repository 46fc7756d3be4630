import { type EventChange, parameterName, placeOf, secretNames } from './changed-place';
import { type EventFields, objectField, textField } from './event-fields';

/** Detail type of the events of changed parameters. */
export const parameterDetailType = 'Parameter Store Change';
/** Detail type of the events of policies of advanced parameters. */
export const parameterPolicyDetailType = 'Parameter Store Policy Action';

/** The policy that deletes a parameter; the others only notify. */
export const deletingPolicy = 'Expiration';

/**
 * Reads a `Parameter Store Change`: `Create`, `Update`, `Delete` or `LabelParameterVersion`.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
 *
 * @returns None for a parameter that no chain can contain; `undefined` for an event without a name.
 */
export function readParameterEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  return parameterChanges(textField(objectField(event, 'detail'), 'name'), eventId);
}

/**
 * Reads a `Parameter Store Policy Action`: a parameter that has expired is deleted.
 *
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html,
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
 *
 * @returns None for a policy that only notifies, and for a parameter that no chain can contain; `undefined` for an event that
 * names no parameter or no policy.
 */
export function readParameterPolicyEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  const detail = objectField(event, 'detail');
  const policy = textField(detail, 'policy-type');
  if (policy !== undefined && policy !== deletingPolicy) return [];
  return policy === undefined ? undefined : parameterChanges(textField(detail, 'parameter-name'), eventId);
}

function parameterChanges(nameOrArn: string | undefined, eventId: string): readonly EventChange[] | undefined {
  if (nameOrArn === undefined) return undefined;
  const place = placeOf(parameterName(nameOrArn));
  return place === undefined ? [] : [{ ...place, eventIds: [eventId] }];
}

/** Detail type of the events that Secrets Manager itself sends. */
export const labelDetailType = 'Secret Label Updated';
/** Detail types of the events that come from CloudTrail. */
export const trailDetailTypes = ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'];

/** Label of the version that is read by default. */
export const currentLabel = 'AWSCURRENT';

/** Calls and service events of Secrets Manager after which a secret may have another value, be created or be gone. */
export const secretCalls: readonly string[] = [
  'CreateSecret',
  'UpdateSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'DeleteSecret',
  'RestoreSecret',
  'RotateSecret',
  'RotationSucceeded',
];

/** Parts of an event that may name the secret, with the fields that do. */
const namingParts = ['responseElements', 'additionalEventData', 'serviceEventDetails', 'requestParameters'];
const namingFields = ['name', 'arn', 'aRN', 'ARN', 'secretId', 'SecretId', 'secretARN'];

/**
 * Reads a `Secret Label Updated`: a version has become the current one.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 *
 * @returns None for another label, or a secret that no chain can contain; `undefined` for an event without a name.
 */
export function readLabelEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  const detail = objectField(event, 'detail');
  const name = textField(detail, 'name');
  if (name === undefined) return undefined;
  if (textField(detail, 'labelUpdated') !== currentLabel) return [];
  return secretChanges([name], eventId);
}

/**
 * Reads an event of Secrets Manager that CloudTrail has recorded.
 *
 * Sources: https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html
 *
 * @returns None for a call that failed or changes no value; `undefined` for a change of an unknown secret, and for
 * events of other services.
 */
export function readTrailEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  const detail = objectField(event, 'detail');
  const eventName = textField(detail, 'eventName');
  if (textField(detail, 'eventSource') !== 'secretsmanager.amazonaws.com' || eventName === undefined) return undefined;
  if (!secretCalls.includes(eventName) || textField(detail, 'errorCode') !== undefined) return [];
  const named = namingParts.flatMap((part) => namingFields.map((field) => textField(objectField(detail, part), field)));
  const names = named.filter((each) => each !== undefined);
  return names.length === 0 ? undefined : secretChanges(names, eventId);
}

function secretChanges(namesOrArns: readonly string[], eventId: string): readonly EventChange[] {
  const names = new Set(namesOrArns.flatMap(secretNames));
  const places = [...names].map(placeOf).filter((place) => place !== undefined);
  return places.map((place) => ({ ...place, eventIds: [eventId] }));
}
