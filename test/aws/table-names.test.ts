import { tableArnText } from '../../src/aws/table-names';

it.each([
  ['cache', 'arn:aws:dynamodb:*:*:table/cache'],
  ['arn:aws:dynamodb:eu-west-1:444455556666:table/cache', 'arn:aws:dynamodb:eu-west-1:444455556666:table/cache'],
])('the ARN of the table %s, for a remedy, is %s', (table, arn) => {
  expect(tableArnText(table)).toBe(arn);
});
