import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, test } from 'vitest';
import { config } from 'xcon';
import { withTestConfig } from 'xcon/testing';

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.concurrent('concurrent tests', () => {
  test.for(['one', 'two', 'three'])('%s has values of its own by run()', async (name, { expect }) => {
    await withTestConfig({ NAME: name }, async () => {
      for (let round = 0; round < 5; round += 1) {
        expect(await config.get('NAME')).toBe(name);
        await pause();
      }
    });
  });

  test('are named in errors', async ({ expect }) => {
    const client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });

    await expect(client.send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow(
      /"concurrent tests > are named in errors".* called ssm GetParameter/,
    );
  });
});

test('nothing of them is left', async ({ expect }) => {
  expect(await config.get('NAME')).toBeUndefined();
});
