import { type EventChange, parameterName, placeOf } from './changed-place';
import { type EventFields, objectField, textField } from './event-fields';

/** What EventBridge calls the events of changed parameters. */
export const parameterDetailType = 'Parameter Store Change';
/** What EventBridge calls the events of the policies of advanced parameters. */
export const parameterPolicyDetailType = 'Parameter Store Policy Action';

/** The policy that deletes a parameter; the others only notify. */
const deletingPolicy = 'Expiration';

/**
 * Reads a `Parameter Store Change`: `Create`, `Update`, `Delete` or `LabelParameterVersion`.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
 *
 * @returns None for a parameter that no chain can have; `undefined` for an event that names none.
 */
export function readParameterEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  return changesOf(textField(objectField(event, 'detail'), 'name'), eventId);
}

/**
 * Reads a `Parameter Store Policy Action`: a parameter that has expired is deleted.
 *
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html,
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
 *
 * @returns None for a policy that only notifies, and for a parameter that no chain can have; `undefined` for an event that
 * names no parameter or no policy.
 */
export function readParameterPolicyEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  const detail = objectField(event, 'detail');
  const policy = textField(detail, 'policy-type');
  if (policy !== undefined && policy !== deletingPolicy) return [];
  return policy === undefined ? undefined : changesOf(textField(detail, 'parameter-name'), eventId);
}

function changesOf(nameOrArn: string | undefined, eventId: string): readonly EventChange[] | undefined {
  if (nameOrArn === undefined) return undefined;
  const place = placeOf(parameterName(nameOrArn));
  return place === undefined ? [] : [{ ...place, eventIds: [eventId] }];
}
