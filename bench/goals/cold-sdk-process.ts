// Reads what is known by its full name with the AWS SDK alone, in as few requests as there can be.
import { BatchGetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { print, timed } from './cold-answer';
import { directories, secretPaths } from './world';

async function read(): Promise<readonly unknown[]> {
  const ssm = new SSMClient();
  const secretsManager = new SecretsManagerClient();
  const listings = directories.map((Path) => ssm.send(new GetParametersByPathCommand({ Path, WithDecryption: true })));
  const [pages, { SecretValues = [] }] = await Promise.all([
    Promise.all(listings),
    secretsManager.send(new BatchGetSecretValueCommand({ SecretIdList: secretPaths })),
  ]);
  const parameters = pages.flatMap(({ Parameters = [] }) => Parameters.map(({ Value }) => Value));
  return [...parameters, ...SecretValues.map(({ SecretString }) => SecretString)];
}

void timed(read).then(print);
