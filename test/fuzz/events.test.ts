import { readBatch } from '../../src/events/read-event';
import { fc } from '../setup/fast-check';
import { attributes, expectCleanPrototypes, jsonValues, mostly, runs, texts } from './inputs';

afterEach(expectCleanPrototypes);

const names = fc.oneof(
  texts,
  fc.constantFrom('/orders/prod/x', 'arn:aws:secretsmanager:us-east-1:1:secret:/a/b/c-a1B2c3'),
);
const naming = mostly({ name: names, arn: names, secretId: names, SecretId: names });
const events = mostly({
  source: fc.constantFrom('aws.ssm', 'aws.secretsmanager'),
  'detail-type': fc.constantFrom(
    'Parameter Store Change',
    'Secret Label Updated',
    'AWS API Call via CloudTrail',
    'AWS Service Event via CloudTrail',
  ),
  id: texts,
  detail: mostly({
    name: names,
    operation: fc.constantFrom('Create', 'Delete'),
    labelUpdated: fc.constantFrom('AWSCURRENT', 'OTHER'),
    eventSource: fc.constant('secretsmanager.amazonaws.com'),
    eventName: fc.constantFrom('UpdateSecret', 'DeleteSecret', 'GetSecretValue'),
    requestParameters: naming,
    responseElements: naming,
    additionalEventData: naming,
  }),
});
const row = mostly({ app_key: attributes, name_key: attributes, real_name: attributes, name: attributes });
const records = mostly({
  eventSource: fc.constantFrom('aws:dynamodb', 'aws:sqs'),
  eventID: texts,
  messageId: texts,
  body: fc.oneof(
    texts,
    events.map((event) => JSON.stringify(event)),
  ),
  dynamodb: mostly({ Keys: row, NewImage: row, OldImage: row, SequenceNumber: texts }),
});
const batches = mostly({ Records: fc.array(records, { maxLength: 3 }) });

it('the change handler reads valid places, or nothing, from any input', () => {
  fc.assert(
    fc.property(fc.oneof(events, batches, jsonValues), (event) => {
      const { items } = readBatch(event, 'global-all-configCache');

      for (const { directory, name, eventIds } of items.flatMap(({ changes }) => changes ?? [])) {
        expect(directory).toMatch(/^(\/[^/{}|]+)+$/);
        expect(name === undefined || name === name.toLowerCase()).toBe(true);
        expect(eventIds).toHaveLength(1);
      }
    }),
    { numRuns: runs },
  );
});
