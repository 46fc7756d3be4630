import { type EventChange } from './changed-place';
import { type EventFields, isFields, textField } from './event-fields';
import {
  labelDetailType,
  parameterDetailType,
  parameterPolicyDetailType,
  readLabelEvent,
  readParameterEvent,
  readParameterPolicyEvent,
  readTrailEvent,
  trailDetailTypes,
} from './source-events';
import { readStreamRecord } from './stream-record';

/** One event of a batch. */
export interface ReadItem {
  /** Identifies it in a partial failure; `undefined` for a single event. */
  readonly id: string | undefined;
  /** The changes it reports; `undefined` for an unknown event. */
  readonly changes: readonly EventChange[] | undefined;
  /** Its source and type for the log, without its content. */
  readonly label: string;
}

/** The events of one invocation. */
export interface ReadBatch {
  /** `single`: one event; `queue`: messages of SQS; `stream`: records of a DynamoDB stream, in order. */
  readonly kind: 'single' | 'queue' | 'stream';
  readonly items: readonly ReadItem[];
}

/**
 * Reads the event of an invocation: an event of EventBridge, messages of SQS that hold such events, or records of
 * the stream of a config table.
 *
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function readBatch(event: unknown, cacheTable: string): ReadBatch {
  const records = isFields(event) && Array.isArray(event['Records']) ? (event['Records'] as readonly unknown[]) : [];
  const fields = records.filter(isFields);
  if (fields.length === 0) return { kind: 'single', items: [readEventItem(event, undefined)] };
  const isStream = textField(fields[0] ?? {}, 'eventSource') === 'aws:dynamodb';
  return isStream
    ? { kind: 'stream', items: fields.map((each) => readRecordItem(each, cacheTable)) }
    : { kind: 'queue', items: fields.map(readMessageItem) };
}

function readMessageItem(message: EventFields): ReadItem {
  const id = textField(message, 'messageId');
  return readEventItem(parse(textField(message, 'body')), id);
}

function readRecordItem(record: EventFields, cacheTable: string): ReadItem {
  const sequence = isFields(record['dynamodb']) ? textField(record['dynamodb'], 'SequenceNumber') : undefined;
  const label = `stream record ${textField(record, 'eventName') ?? 'of no kind'}`;
  return { id: sequence, changes: readStreamRecord(record, cacheTable), label };
}

function readEventItem(event: unknown, id: string | undefined): ReadItem {
  if (!isFields(event)) return { id, changes: undefined, label: `no event, but ${typeof event}` };
  const detailType = textField(event, 'detail-type');
  const source = textField(event, 'source');
  const eventId = textField(event, 'id') ?? '';
  const label = `${source ?? 'no source'}, ${detailType ?? 'no detail-type'}`;
  return { id, changes: readerOf(source, detailType)?.(event, eventId), label };
}

type EventReader = (event: EventFields, eventId: string) => readonly EventChange[] | undefined;

function readerOf(source: string | undefined, detailType = ''): EventReader | undefined {
  if (source === 'aws.ssm' && detailType === parameterDetailType) return readParameterEvent;
  if (source === 'aws.ssm' && detailType === parameterPolicyDetailType) return readParameterPolicyEvent;
  if (source !== 'aws.secretsmanager') return undefined;
  if (detailType === labelDetailType) return readLabelEvent;
  return trailDetailTypes.includes(detailType) ? readTrailEvent : undefined;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
