import { AppConfigDataClient } from '@aws-sdk/client-appconfigdata';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

import { type LocalAws, type LocalAwsSeed, startLocalAws } from '../../../src/local-aws/local-aws';
import { clientOptions } from '../local-requests';

/** A local AWS for one row of the tables in `docs/reference/local-aws.md`, and the clients of the SDK that ask it. */
export class World {
  readonly ssm: SSMClient;
  readonly secrets: SecretsManagerClient;
  readonly dynamo: DynamoDBClient;
  readonly kms: KMSClient;
  readonly sts: STSClient;
  readonly appConfig: AppConfigDataClient;

  private constructor(
    readonly aws: LocalAws,
    private readonly clock: { nowMs: number },
  ) {
    const options = clientOptions(aws);
    this.ssm = new SSMClient(options);
    this.secrets = new SecretsManagerClient(options);
    this.dynamo = new DynamoDBClient(options);
    this.kms = new KMSClient(options);
    this.sts = new STSClient(options);
    this.appConfig = new AppConfigDataClient(options);
  }

  static async start(seed: LocalAwsSeed): Promise<World> {
    const clock = { nowMs: 1_700_000_000_000 };
    return new World(await startLocalAws({ seed, clock: () => clock.nowMs }), clock);
  }

  passTime(ms: number): void {
    this.clock.nowMs += ms;
  }

  async close(): Promise<void> {
    const { ssm, secrets, dynamo, kms, sts, appConfig } = this;
    for (const client of [ssm, secrets, dynamo, kms, sts, appConfig]) client.destroy();
    await this.aws.close();
  }
}

/** Shows what a row of the tables says about an operation. */
export type OperationCase = (world: World) => Promise<void>;

/** The rows of one service: what is there at first, and a case for each operation. */
export interface ServiceCases {
  readonly seed: LocalAwsSeed;
  readonly cases: Readonly<Record<string, OperationCase>>;
}
