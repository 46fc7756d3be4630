import { type EventChange, parameterName, placeOf } from './changed-place';
import { type EventFields, objectField, textField } from './event-fields';

/** What EventBridge calls the events of Parameter Store. */
export const parameterDetailType = 'Parameter Store Change';

/**
 * Reads a `Parameter Store Change`: `Create`, `Update`, `Delete` or `LabelParameterVersion`.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
 *
 * @returns None for a parameter that no chain can have; `undefined` for an event that names none.
 */
export function readParameterEvent(event: EventFields, eventId: string): readonly EventChange[] | undefined {
  const name = textField(objectField(event, 'detail'), 'name');
  if (name === undefined) return undefined;
  const place = placeOf(parameterName(name));
  return place === undefined ? [] : [{ ...place, eventIds: [eventId] }];
}
