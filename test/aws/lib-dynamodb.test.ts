import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { clientOptions } from '../cache/fleet-process';
import { table } from '../cache/rows';

/*
 * Why the table client has a codec of its own: what DynamoDBDocumentClient does with rows, whatever its options are. When the last
 * three of these tests fail, the reasons have gone: see "Not used" in docs/explanation/dependencies.md.
 */

const options = { marshallOptions: { convertClassInstanceToMap: true }, unmarshallOptions: { wrapNumbers: true } };
const query = {
  TableName: table,
  KeyConditionExpression: 'app_key = :partition',
  ExpressionAttributeValues: { ':partition': '/orders/prod' },
};

let server: Server;
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;
/** What the service answers queries with: the values of its rows, as JSON. */
let values: readonly string[];
/** The last request, as JSON. */
let sent = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    sent = '';
    request.setEncoding('utf8').on('data', (text: string) => (sent += text));
    request.on('end', () => {
      const rows = values.map((each, index) => `{"name_key":{"S":"${index}"},"value":${each}}`);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(sent.includes('"Item"') ? '{}' : `{"Count":${rows.length},"Items":[${rows.join(',')}]}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new DynamoDBClient(clientOptions(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  documents = DynamoDBDocumentClient.from(client, options);
});

afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Reads a row with the document client and writes it back. @returns The value that it has sent, as JSON. */
async function writtenBack(value: string): Promise<string> {
  values = [value];
  const { Items: [row] = [] } = await documents.send(new QueryCommand(query));
  await documents.send(new PutCommand({ TableName: table, Item: row }));
  return JSON.stringify((JSON.parse(sent) as { readonly Item: { readonly value: unknown } }).Item.value);
}

it.each([
  ['38 digits', '{"N":"12345678901234567890123456789012345678"}'],
  ['a set of numbers', '{"NS":["1","12345678901234567890123456789012345678"]}'],
  ['a set of texts', '{"SS":["x","y"]}'],
  ['bytes', '{"B":"AP8="}'],
  ['an empty text under the key constructor', '{"M":{"constructor":{"S":""}}}'],
])('keeps %s', async (_, value) => {
  expect(await writtenBack(value)).toBe(value);
});

it('loses a text under the key __proto__', async () => {
  expect(await writtenBack('{"M":{"__proto__":{"S":"lost"},"b":{"S":"kept"}}}')).toBe('{"M":{"b":{"S":"kept"}}}');
});

it('fails the whole response for one value of an unknown type', async () => {
  values = ['{"S":"good"}', '{"X":"new"}'];

  await expect(documents.send(new QueryCommand(query))).rejects.toThrow();
});

it('fails the whole response for one malformed value', async () => {
  values = ['{"S":"good"}', '{"L":"no list"}'];

  await expect(documents.send(new QueryCommand(query))).rejects.toThrow(TypeError);
});
