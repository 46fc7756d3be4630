// What a command asks, by the AWS SDK alone: its clients are imported, and asked in rounds unless `import` is given.
// Each client is imported when it is first needed, so that a process has what its command has.
const partition = '/orders/prod';
const paths = [partition, '/orders/all', '/global/prod', '/global/all'];

async function askCache(isAsked: boolean): Promise<void> {
  const { DynamoDBClient, QueryCommand } = await import('@aws-sdk/client-dynamodb');
  if (!isAsked) return;
  const client = new DynamoDBClient();
  await client.send(
    new QueryCommand({
      TableName: 'global-all-configCache',
      KeyConditionExpression: 'app_key = :partition',
      ExpressionAttributeValues: { ':partition': { S: partition } },
    }),
  );
  client.destroy();
}

async function askSources(isAsked: boolean): Promise<void> {
  const { GetParametersByPathCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const { ListSecretsCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  if (!isAsked) return;
  const [ssm, secrets] = [new SSMClient(), new SecretsManagerClient()];
  await Promise.all([
    ...paths.map((Path) => ssm.send(new GetParametersByPathCommand({ Path, WithDecryption: true }))),
    secrets.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: paths }] })),
  ]);
  ssm.destroy();
  secrets.destroy();
}

async function main(): Promise<void> {
  const [what, ...services] = process.argv.slice(2);
  if (services.includes('cache')) await askCache(what !== 'import');
  if (services.includes('sources')) await askSources(what !== 'import');
  process.stdout.write('done\n');
}

void main();
