import { type EventChange, placeOf, secretNames } from './changed-place';
import { type EventFields, objectField, textField } from './event-fields';

/** What EventBridge calls the events that Secrets Manager itself sends. */
export const labelDetailType = 'Secret Label Updated';
/** What EventBridge calls the events that come from CloudTrail. */
export const trailDetailTypes = ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'];

/** Label of the version that is read by default. */
const currentLabel = 'AWSCURRENT';

/** Calls and service events after which a secret may have another value, or be there or not. */
const changes: ReadonlySet<string> = new Set([
  'CreateSecret',
  'UpdateSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'DeleteSecret',
  'RestoreSecret',
  'RotateSecret',
  'RotationSucceeded',
]);

/** Parts of an event that may name the secret, with the fields that do. */
const namingParts = ['responseElements', 'additionalEventData', 'serviceEventDetails', 'requestParameters'];
const namingFields = ['name', 'arn', 'aRN', 'ARN', 'secretId', 'SecretId', 'secretARN'];

/**
 * Reads a `Secret Label Updated`: a version has become the current one.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 *
 * @returns None for another label, or a secret that no chain can have; `undefined` for an event that names none.
 */
export function readLabelEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  const detail = objectField(event, 'detail');
  const name = textField(detail, 'name');
  if (name === undefined) return undefined;
  if (textField(detail, 'labelUpdated') !== currentLabel) return [];
  return changesOf([name], eventId);
}

/**
 * Reads what CloudTrail has recorded of Secrets Manager.
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
  if (!changes.has(eventName) || textField(detail, 'errorCode') !== undefined) return [];
  const named = namingParts.flatMap((part) => namingFields.map((field) => textField(objectField(detail, part), field)));
  const names = named.filter((each) => each !== undefined);
  return names.length === 0 ? undefined : changesOf(names, eventId);
}

function changesOf(namesOrArns: readonly string[], eventId: string): readonly EventChange[] {
  const names = new Set(namesOrArns.flatMap(secretNames));
  const places = [...names].map(placeOf).filter((place) => place !== undefined);
  return places.map((place) => ({ ...place, eventIds: [eventId] }));
}
