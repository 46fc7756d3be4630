import { epochSeconds } from './arn';
import { type DynamoTables } from './dynamo-tables';
import { type Fields, flagField, isFields, missingMember, requireText } from './fields';
import { ServiceError, validationError } from './service-error';

/** Settings of tables that the engine does not know: time to live and point-in-time recovery. */
export class TableSettings {
  private readonly ttlAttributes = new Map<string, string>();
  private readonly recoverable = new Set<string>();

  constructor(
    private readonly tables: DynamoTables,
    private readonly clock: () => number,
  ) {}

  /** Forgets the settings of a table that was deleted. */
  forget(fields: Fields): void {
    const name = String(fields['TableName']);
    this.ttlAttributes.delete(name);
    this.recoverable.delete(name);
  }

  async updateTimeToLive(fields: Fields): Promise<Fields> {
    const name = await this.requireTable(fields);
    const wanted = structure(fields, 'TimeToLiveSpecification');
    const attribute = requireText(wanted, 'AttributeName');
    const enabled = flagField(wanted, 'Enabled');
    if (enabled === this.ttlAttributes.has(name)) {
      throw validationError(`TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
    }
    if (enabled) this.ttlAttributes.set(name, attribute);
    else this.ttlAttributes.delete(name);
    return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
  }

  async describeTimeToLive(fields: Fields): Promise<Fields> {
    const attribute = this.ttlAttributes.get(await this.requireTable(fields));
    return {
      TimeToLiveDescription:
        attribute === undefined
          ? { TimeToLiveStatus: 'DISABLED' }
          : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute },
    };
  }

  async updateContinuousBackups(fields: Fields): Promise<Fields> {
    const name = await this.requireTable(fields, tableNotFound);
    const wanted = structure(fields, 'PointInTimeRecoverySpecification');
    if (flagField(wanted, 'PointInTimeRecoveryEnabled')) this.recoverable.add(name);
    else this.recoverable.delete(name);
    return this.describeContinuousBackups(fields);
  }

  async describeContinuousBackups(fields: Fields): Promise<Fields> {
    const enabled = this.recoverable.has(await this.requireTable(fields, tableNotFound));
    const times = enabled
      ? {
          EarliestRestorableDateTime: epochSeconds(this.clock()),
          LatestRestorableDateTime: epochSeconds(this.clock()),
        }
      : {};
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: enabled ? 'ENABLED' : 'DISABLED', ...times },
      },
    };
  }

  /**
   * Does what DynamoDB does within days: deletes the rows whose time to live is over.
   *
   * @param nowSeconds - Seconds since the Unix epoch.
   * @returns How many rows were deleted, of all tables.
   */
  async expire(nowSeconds: number): Promise<number> {
    let count = 0;
    for (const [name, attribute] of this.ttlAttributes) {
      const rows = await this.tables.rows(name);
      const expired = rows.filter((row) => Number(row[attribute]?.['N'] ?? Infinity) <= nowSeconds);
      await this.tables.deleteRows(name, expired);
      count += expired.length;
    }
    return count;
  }

  /** Lets the engine refuse a table that does not exist, in its own words or in those of the operation. */
  private async requireTable(fields: Fields, notFound?: (name: string) => ServiceError): Promise<string> {
    const name = requireText(fields, 'TableName');
    if (notFound !== undefined && (await this.tables.find(name)) === undefined) throw notFound(name);
    await this.tables.read('DescribeTable', { TableName: name });
    return name;
  }
}

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html */
function tableNotFound(name: string): ServiceError {
  return new ServiceError('com.amazonaws.dynamodb.v20120810#TableNotFoundException', `Table not found: ${name}`);
}

function structure(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (!isFields(value)) throw missingMember(name);
  return value;
}
