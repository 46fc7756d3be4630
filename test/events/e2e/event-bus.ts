import { type AttributeMap } from '../../../src/aws/attribute-value';
import { createChangeHandler } from '../../../src/events/index';
import { AwsClients, Context } from '../../../src/index';
import { type LocalAws, type LocalAwsChange } from '../../../src/local-aws/local-aws';
import { clientOptions } from '../../cache/fleet-process';
import { streamBatch } from '../fixtures/batches';
import { parameterEvent } from '../fixtures/parameter-store';
import { labelEvent, trailCalls } from '../fixtures/secrets-manager';

const configTable = 'global-all-config';

/** Calls the handler on each change of a local AWS, as EventBridge and the stream of the config table do. */
export class EventBus {
  private readonly context: Context;
  private readonly stop: () => void;
  private last: Promise<unknown> = Promise.resolve();
  private rows: readonly AttributeMap[] = [];

  private constructor(private readonly aws: LocalAws) {
    this.context = Context.createRoot([new AwsClients(clientOptions(aws.url))]);
    this.stop = aws.onChange((change) => {
      this.last = this.last.then(() => this.send(change));
    });
  }

  /** Begins with the rows as they are. */
  static async begin(aws: LocalAws): Promise<EventBus> {
    const bus = new EventBus(aws);
    bus.rows = await aws.rows(configTable);
    return bus;
  }

  /** Waits until all changes so far have been followed. */
  async idle(): Promise<void> {
    await this.last;
  }

  end(): void {
    this.stop();
  }

  private async send(change: LocalAwsChange): Promise<void> {
    const event = await this.eventOf(change);
    if (event === undefined) return;
    const response = await this.context.run(() => createChangeHandler()(event));
    if ((response?.batchItemFailures ?? []).length > 0) throw new Error('A change was not followed.');
  }

  private async eventOf({ service, operation, name }: LocalAwsChange): Promise<unknown> {
    if (service === 'ssm') return parameterEvent(operation === 'PutParameter' ? 'Update' : 'Delete', name);
    if (service === 'secretsmanager') {
      const call = Object.entries(trailCalls).find(([each]) => each === operation)?.[1];
      return call === undefined ? labelEvent(name) : call(name);
    }
    return name === configTable ? this.newRecords() : undefined;
  }

  /** Sends what has changed in the config table since the last call. */
  private async newRecords(): Promise<unknown> {
    const before = new Map(this.rows.map((row) => [keyOf(row), row]));
    this.rows = await this.aws.rows(configTable);
    const after = new Map(this.rows.map((row) => [keyOf(row), row]));
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)),
    );
    return streamBatch(
      ...changed.map((key) => {
        const [one, other] = [before.get(key), after.get(key)];
        return { ...(one !== undefined && { before: one }), ...(other !== undefined && { after: other }) };
      }),
    );
  }
}

function keyOf(row: AttributeMap): string {
  return JSON.stringify([row['app_key'], row['name_key']]);
}
