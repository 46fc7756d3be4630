import { type PolicyDocument } from '../../src/iam/policy-document';
import { type Made } from './ways';

/** Most characters of a managed policy, and of all inline policies of a role; white space does not count. */
export const policySizes = { managed: 6144, ofRole: 10_240 } as const;

/**
 * Gives what of a policy IAM does not take.
 *
 * Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
 */
export function policyFaults(policies: readonly PolicyDocument[], most: number): readonly string[] {
  const size = policies.map((each) => JSON.stringify(each).replace(/\s/g, '').length).reduce((all, each) => all + each);
  return [...(size > most ? [`${size} of ${most} characters`] : []), ...policies.flatMap(sidFaults)];
}

function sidFaults({ Statement }: PolicyDocument): readonly string[] {
  const sids = Statement.map(({ Sid }) => Sid);
  return sids.filter((sid, index) => !/^[A-Za-z0-9]+$/.test(sid) || sids.indexOf(sid) !== index);
}

interface Range {
  readonly of: readonly string[];
  readonly least: number;
  readonly most: number;
  readonly source: string;
}

const page = (path: string): string => `https://docs.aws.amazon.com/${path}`;
const mapping = page('lambda/latest/api/API_CreateEventSourceMapping.html');
const configuration = page('lambda/latest/api/API_CreateFunction.html');
const queue = page('AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html');
const retry = page('eventbridge/latest/APIReference/API_RetryPolicy.html');

/** What numbers may be, by the last parts of their paths. */
const ranges: readonly Range[] = [
  { of: ['MemorySize'], least: 128, most: 10_240, source: configuration },
  { of: ['Timeout'], least: 1, most: 900, source: configuration },
  { of: ['BatchSize'], least: 1, most: 10_000, source: mapping },
  { of: ['MaximumBatchingWindowInSeconds'], least: 0, most: 300, source: mapping },
  { of: ['MaximumRetryAttempts'], least: 0, most: 185, source: retry },
  { of: ['MaximumRecordAgeInSeconds'], least: 60, most: 604_800, source: mapping },
  { of: ['ScalingConfig', 'MaximumConcurrency'], least: 2, most: 1000, source: mapping },
  { of: ['MaximumEventAgeInSeconds'], least: 60, most: 86_400, source: retry },
  { of: ['MessageRetentionPeriod'], least: 60, most: 1_209_600, source: queue },
  { of: ['VisibilityTimeout'], least: 0, most: 43_200, source: queue },
  { of: ['maxReceiveCount'], least: 1, most: 1000, source: queue },
];

/** Most entries of lists, and most characters of texts and of JSON, by the last parts of their paths. */
const sizes: readonly (readonly [string, number, string])[] = [
  ['Targets', 5, page('eventbridge/latest/userguide/eb-quota.html')],
  ['EventPattern', 2048, page('eventbridge/latest/userguide/eb-quota.html')],
  ['Description', 256, configuration],
  ['AlarmDescription', 1024, page('AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html')],
  ['Variables', 4096, page('lambda/latest/dg/gettingstarted-limits.html')],
  ['NonKeyAttributes', 20, page('amazondynamodb/latest/developerguide/ServiceQuotas.html')],
];

/** Gives what of resources their services do not take. */
export function faultsOf(made: Made): readonly string[] {
  return [
    ...Object.entries(made).flatMap(([name, properties]) => valueFaults(name, properties)),
    ...policyFaults(inlinePolicies(made), policySizes.ofRole),
    ...relationFaults(made),
  ];
}

/** Gives the inline policies of the role of the handler. */
export function inlinePolicies(made: Made): readonly PolicyDocument[] {
  const policies = made['Role']?.['Policies'] as readonly { readonly PolicyDocument: PolicyDocument }[];
  return policies.map(({ PolicyDocument }) => PolicyDocument);
}

function valueFaults(path: string, value: unknown): readonly string[] {
  const last = path.split('.').at(-1) ?? '';
  const found = ranges.filter(({ of }) => `.${path}`.endsWith(`.${of.join('.')}`) && typeof value === 'number');
  const outside = found.filter(({ least, most }) => Number(value) < least || Number(value) > most);
  const tooLarge = sizes.filter(([name, most]) => name === last && sizeOf(value) > most);
  const own = [
    ...outside.map(({ source }) => `${path}: ${String(value)}, see ${source}`),
    ...tooLarge.map(([, most, source]) => `${path}: ${sizeOf(value)} of ${most}, see ${source}`),
  ];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, each]) => valueFaults(`${path}.${key}`, each))];
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

/** Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html and what is above. */
function relationFaults({ Changes, FromQueue, Handler }: Made): readonly string[] {
  const waits = Number(Changes?.['VisibilityTimeout']) >= 6 * Number(Handler?.['Timeout']);
  const gathers = Number(FromQueue?.['BatchSize']) <= 10 || Number(FromQueue?.['MaximumBatchingWindowInSeconds']) >= 1;
  return [
    ...(waits ? [] : ['A message may be seen again while it is worked on.']),
    ...(gathers ? [] : ['More than ten messages need a window.']),
  ];
}
