import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';

/** What `xcon get` does, by the AWS SDK alone: the clients, or their requests too. */
async function main(): Promise<void> {
  const what = process.argv[2];
  if (what === 'cached') {
    const dynamo = new DynamoDBClient();
    await dynamo.send(
      new QueryCommand({
        TableName: 'global-all-configCache',
        KeyConditionExpression: 'app_key = :partition',
        ExpressionAttributeValues: { ':partition': { S: '/orders/prod' } },
      }),
    );
    dynamo.destroy();
  } else {
    const [ssm, secrets] = [new SSMClient(), new SecretsManagerClient()];
    const paths = ['/orders/prod', '/orders/all', '/global/prod', '/global/all'];
    if (what === 'sources') {
      await Promise.all([
        ...paths.map((Path) => ssm.send(new GetParametersByPathCommand({ Path, WithDecryption: true }))),
        secrets.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: paths }] })),
      ]);
    }
    ssm.destroy();
    secrets.destroy();
  }
  process.stdout.write('done\n');
}

void main();
