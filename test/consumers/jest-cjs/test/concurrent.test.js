const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');
const { config } = require('xcon');
const { withTestConfig } = require('xcon/testing');

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

test.concurrent.each(['one', 'two', 'three'])('%s has values of its own by run()', async (name) => {
  await withTestConfig({ NAME: name }, async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await config.get('NAME')).toBe(name);
      await pause();
    }
  });
});

test.concurrent('a concurrent test is named in errors', async () => {
  const client = new SSMClient({ region: 'eu-west-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });

  await expect(client.send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow(
    '"a concurrent test is named in errors" called ssm GetParameter',
  );
});

test('nothing of them is left', async () => {
  expect(await config.get('NAME')).toBeUndefined();
});
