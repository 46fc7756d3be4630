import { execFileSync } from 'node:child_process';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../../src/aws/attribute-value';
import { Config, defineSettings, DynamoProvider, setting, type SettingsValidationError } from '../../src/index';
import { readConfigRow } from '../cache/properties/python-reader';
import { clientOptions } from '../cache/fleet-process';
import { rejection } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';

const table = 'global-all-config';
let world: AwsWorld;

afterEach(() => world.close());

/** Runs a command of the AWS CLI in a shell. @returns The arguments that the CLI gets. */
function argumentsOf(command: string): readonly string[] {
  const script = `aws() { for each in "$@"; do printf '%s\\0' "$each"; done; }; ${command}`;
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

/** Does what `aws dynamodb put-item` does. */
async function putItem(args: readonly string[]): Promise<void> {
  const option = (name: string): string => args[args.indexOf(name) + 1] ?? '';
  expect(args.slice(0, 2)).toEqual(['dynamodb', 'put-item']);
  const client = new DynamoDBClient(clientOptions(world.aws.url));
  const input = { TableName: option('--table-name'), Item: JSON.parse(option('--item')) as AttributeMap };
  await client.send(new PutItemCommand({ ...input, Item: { ...input.Item } }));
  client.destroy();
}

it.each(['X', "it's", 'Some Name', '$HOME'])(
  'the command that an error suggests for %p of the config table writes a row that this library and the Python library read',
  async (name) => {
    world = await AwsWorld.start({ seed: { tables: { [table]: { rows: [] } } } });
    const declared = defineSettings({ x: setting(name, { sources: ['dynamo'] }) });

    const found = await world.run(async () => {
      const error = (await rejection(() => declared.load())) as SettingsValidationError;
      await putItem(argumentsOf(error.problems[0]?.fix ?? ''));
      await Config.grab().refresh();
      return declared.load();
    }, [ordersConfig({ providers: [DynamoProvider] })]);

    expect(found).toEqual({ x: 'VALUE' });
    const rows = await world.aws.rows(table);
    expect(rows.map(readConfigRow)).toEqual([
      { name: name.toLowerCase(), directory: '/orders/prod', value: { S: 'VALUE' } },
    ]);
  },
);
