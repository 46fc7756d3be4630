import { type AttributeMap } from '../../src/aws/attribute-value';
import { encodeRow, type PlainRow } from '../../src/cache/rows';
import { type ChangeHandlerOptions, type ChangeContext, createChangeHandler } from '../../src/events/index';
import { AwsClients, Context, XconSettings } from '../../src/index';
import { RecordedLog, TestClock } from '../cache/doubles';
import { MemoryDynamo } from '../cache/memory-dynamo';
import { cacheKey, plainRow, referenceRow, sealedRow } from '../cache/rows';

/** Directories of the service that a partition is called after, and those of all. */
export function chainOf(environ: string, ...more: readonly string[]): string {
  const [, service = '', environment = ''] = environ.split('/');
  return [environ, `/${service}/all`, `/global/${environment}`, '/global/all', ...more].join('|');
}

/** What a row that is put into the table differs in from others. */
export interface RowParts extends Partial<PlainRow> {
  readonly environ?: string;
  readonly directories?: string;
  readonly kind?: never;
}

/** A cache table in memory, and the handler of changes that works on it. */
export class CacheWorld {
  readonly dynamo = new MemoryDynamo();
  readonly clock = new TestClock();
  readonly log = new RecordedLog();

  /** Puts the plain row of a name. */
  plain(
    name: string,
    { environ = '/orders/prod', directories = chainOf(environ), ...more }: RowParts = {},
  ): Promise<void> {
    const key = cacheKey(directories, 'ssm|secrets', environ);
    const row = plainRow({ name, nameKey: key.nameKey(name), chain: key.chain, directory: environ, ...more });
    return this.dynamo.plant(encodeRow(environ, row));
  }

  /** Puts the row that says that a name is missing. */
  missing(name: string, parts: RowParts = {}): Promise<void> {
    return this.plain(name, { directory: '/_nonExistent', value: undefined, ...parts });
  }

  /** Puts the rows of a secret: where it is, and sealed. */
  async secret(
    name: string,
    { environ = '/orders/prod', directories = chainOf(environ) }: RowParts = {},
  ): Promise<void> {
    const key = cacheKey(directories, 'ssm|secrets', environ);
    const facts = { name, directory: environ, chainHash: key.chainHash };
    const reference = referenceRow({ ...facts, nameKey: `${key.nameKey(name)}|+|xcon:ref` });
    const sealed = sealedRow({ ...facts, nameKey: `${key.nameKey(name)}|+|xcon:sealed:0123456789abcdef` });
    await this.dynamo.plant(encodeRow(environ, reference));
    await this.dynamo.plant(encodeRow(environ, sealed));
  }

  /** Calls a handler as Lambda does. */
  handle(
    event: unknown,
    options: ChangeHandlerOptions = {},
    context?: ChangeContext,
  ): ReturnType<ReturnType<typeof createChangeHandler>> {
    const clients = new AwsClients({ dynamo: this.dynamo.client });
    const settings = new XconSettings({ logLevel: 'debug' });
    const root = Context.createRoot([this.clock, this.log.logger(), clients, settings]);
    return root.run(() => createChangeHandler(options)(event, context));
  }

  /** Gives the partitions and names of the rows that answer for names. */
  get left(): readonly string[] {
    const answers = this.dynamo.rows.filter((row) => row['real_name']?.S?.startsWith('~') === false);
    return answers.map((row) => `${row['app_key']?.S ?? ''} ${row['real_name']?.S ?? ''}`);
  }

  /** Gives the generations, by partition. */
  get generations(): Readonly<Record<string, number>> {
    const rows = this.dynamo.rows.filter((row) => row['real_name']?.S === '~xcon-gen');
    return Object.fromEntries(rows.map((row: AttributeMap) => [row['app_key']?.S ?? '', Number(row['xcon_gen']?.N)]));
  }

  /** Counts operations of the table. */
  count(operation: string): number {
    return this.dynamo.operations.filter((each) => each === operation).length;
  }
}
