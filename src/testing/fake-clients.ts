import type * as Dynamo from '@aws-sdk/client-dynamodb';
import type * as Secrets from '@aws-sdk/client-secrets-manager';
import type * as Ssm from '@aws-sdk/client-ssm';
import { AwsClients } from '../aws/aws-clients';
import { type ClientMock } from './client-mock';
import { explainMissing, LocalAwsError } from '../local-aws/local-aws-error';

/** AWS clients with mocked answers. */
export interface FakeClients {
  /** Dependency for a context, with the mocked clients. */
  readonly clients: AwsClients;
  /** Mock of the client of Parameter Store. */
  readonly ssm: ClientMock<Ssm.ServiceInputTypes, Ssm.ServiceOutputTypes>;
  /** Mock of the client of Secrets Manager. */
  readonly secretsManager: ClientMock<Secrets.ServiceInputTypes, Secrets.ServiceOutputTypes>;
  /** Mock of the client of DynamoDB. */
  readonly dynamo: ClientMock<Dynamo.ServiceInputTypes, Dynamo.ServiceOutputTypes>;
}

/**
 * Makes AWS clients whose commands are answered by mocks of aws-sdk-client-mock, an optional package.
 *
 * A command for which no answer was given is rejected. Other clients of the process are not touched.
 *
 * @throws LocalAwsError that says what to install when the package is missing.
 *
 * @example
 * const { clients, ssm } = await fakeClients();
 * ssm.on(GetParametersByPathCommand).resolves({ Parameters: [{ Name: '/orders/prod/DB_HOST', Value: 'db.test' }] });
 * await withDependencies([clients, orders], () => handler(event));
 */
export async function fakeClients(): Promise<FakeClients> {
  const missing = explainMissing('aws-sdk-client-mock', 'fakeClients()');
  const { mockClient } = await import('aws-sdk-client-mock').catch(missing);
  const [{ DynamoDBClient }, { SecretsManagerClient }, { SSMClient }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/client-secrets-manager'),
    import('@aws-sdk/client-ssm'),
  ]);
  const ssm = new SSMClient(clientOptions);
  const secretsManager = new SecretsManagerClient(clientOptions);
  const dynamo = new DynamoDBClient(clientOptions);
  return {
    clients: new AwsClients({ ssm, secretsManager, dynamo }),
    ssm: refusing(mockClient(ssm)),
    secretsManager: refusing(mockClient(secretsManager)),
    dynamo: refusing(mockClient(dynamo)),
  };
}

/** Providers resolve the region first. */
const clientOptions = { region: 'us-east-1', credentials: { accessKeyId: 'not-a-real-key', secretAccessKey: 'none' } };

interface Stub {
  readonly send: { callsFake(send: (command: object) => Promise<never>): unknown };
}

/** Makes a mock reject commands without an answer: its default, `undefined`, would lead to an unrelated error. */
function refusing<T extends Stub>(stub: T): T {
  stub.send.callsFake(({ constructor: { name } }) =>
    Promise.reject(new LocalAwsError(`No answer was given for ${name}: say mock.on(${name}).resolves({ ... }).`)),
  );
  return stub;
}
