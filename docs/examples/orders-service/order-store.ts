import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { inject, injectable } from 'tsyringe';
import { AwsClients, Config } from 'xcon';

/** Keeps orders in a DynamoDB table, whose name is a setting. */
@injectable()
export class OrderStore {
  constructor(
    @inject(Config) private readonly config: Config,
    @inject(AwsClients) private readonly clients: AwsClients,
  ) {}

  async put(id: string, totalCents: number): Promise<void> {
    const Item = { id: { S: id }, total_cents: { N: String(totalCents) } };
    const client = await this.clients.dynamo();
    await client.send(new PutItemCommand({ TableName: await this.tableName(), Item }));
  }

  /** Gives the total of an order; `undefined` when there is no such order. */
  async findTotalCents(id: string): Promise<number | undefined> {
    const client = await this.clients.dynamo();
    const { Item } = await client.send(
      new GetItemCommand({ TableName: await this.tableName(), Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : Number(Item['total_cents']?.N);
  }

  private tableName(): Promise<string> {
    return this.config.requireString('ORDERS_TABLE');
  }
}
