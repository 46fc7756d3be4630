import { epochSeconds, keyArn } from './arn';
import { type DynamoTables } from './dynamo-tables';
import {
  choiceField,
  constraint,
  type Fields,
  fieldsListField,
  flagField,
  integerField,
  isFields,
  missingMember,
  requireText,
  textField,
} from './fields';
import { ServiceError, validationError } from './service-error';

/** What the engine forgets of a table. */
interface TableProperties {
  /** As `DescribeTable` has it. */
  readonly described: Fields;
  /** Attribute with the expiry of a row; absent: rows do not expire. */
  readonly ttlAttribute?: string | undefined;
  /** Days for which the table could be restored; absent: it could not. */
  readonly recoveryDays?: number | undefined;
}

const engineUpdates = ['BillingMode', 'ProvisionedThroughput', 'GlobalSecondaryIndexUpdates'];

/**
 * Tables with features that the engine lacks: time to live, point-in-time recovery, encryption, class, deletion
 * protection, tags at creation, changes of indexes.
 */
export class TableSettings {
  private readonly properties = new Map<string, TableProperties>();

  constructor(
    private readonly tables: DynamoTables,
    private readonly clock: () => number,
  ) {}

  /** Forgets the settings of a table that was deleted. */
  forget(name: string): void {
    this.properties.delete(name);
  }

  /** Lets rows of a table expire by an attribute, whatever it was before. */
  expireBy(name: string, ttlAttribute: string): void {
    this.change(name, { ttlAttribute });
  }

  async createTable(fields: Fields): Promise<Fields> {
    const described = describedProperties(fields);
    const { TableDescription } = await this.tables.create(fields);
    this.change(requireText(fields, 'TableName'), { described });
    const tags = fieldsListField(fields, 'Tags');
    if (tags.length > 0 && isFields(TableDescription)) {
      await this.tables.read('TagResource', { ResourceArn: TableDescription['TableArn'], Tags: tags });
    }
    return { TableDescription: { ...(TableDescription as Fields), ...described } };
  }

  async describeTable(fields: Fields): Promise<Fields> {
    const { Table } = await this.tables.read('DescribeTable', fields);
    return { Table: { ...(Table as Fields), ...this.of(requireText(fields, 'TableName')).described } };
  }

  async updateTable(fields: Fields): Promise<Fields> {
    const name = await this.requireTable(fields);
    const given = describedProperties(fields);
    const described = { ...this.of(name).described, ...given };
    const indexUpdate = indexUpdateOf(fields);
    if (indexUpdate !== undefined)
      await this.changeIndex(name, indexUpdate, fieldsListField(fields, 'AttributeDefinitions'));
    this.change(name, { described });
    const isForEngine = indexUpdate === undefined && (hasAny(fields, engineUpdates) || Object.keys(given).length === 0);
    const answer = isForEngine
      ? await this.tables.read('UpdateTable', fields)
      : { TableDescription: await this.tables.find(name) };
    return { TableDescription: { ...(answer['TableDescription'] as Fields), ...described } };
  }

  async deleteTable(fields: Fields): Promise<Fields> {
    const name = textField(fields, 'TableName') ?? '';
    if (this.of(name).described['DeletionProtectionEnabled'] === true) {
      throw validationError(
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      );
    }
    const answer = await this.tables.drop(fields);
    this.forget(name);
    return answer;
  }

  async updateTimeToLive(fields: Fields): Promise<Fields> {
    const name = await this.requireTable(fields);
    const wanted = structure(fields, 'TimeToLiveSpecification');
    const attribute = requireText(wanted, 'AttributeName');
    const enabled = flagField(wanted, 'Enabled');
    if (enabled === (this.of(name).ttlAttribute !== undefined)) {
      throw validationError(`TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
    }
    if (!enabled && attribute !== this.of(name).ttlAttribute) {
      throw validationError('TimeToLive is active on a different AttributeName');
    }
    this.change(name, { ttlAttribute: enabled ? attribute : undefined });
    return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
  }

  async describeTimeToLive(fields: Fields): Promise<Fields> {
    const { ttlAttribute: AttributeName } = this.of(await this.requireTable(fields));
    return {
      TimeToLiveDescription:
        AttributeName === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName },
    };
  }

  async updateContinuousBackups(fields: Fields): Promise<Fields> {
    const name = await this.requireTable(fields, tableNotFound);
    const wanted = structure(fields, 'PointInTimeRecoverySpecification');
    const days = integerField(wanted, 'RecoveryPeriodInDays') ?? 35;
    if (days < 1 || days > 35) {
      throw constraint("Value at 'recoveryPeriodInDays'", 'Member must have value between 1 and 35, inclusive');
    }
    this.change(name, { recoveryDays: flagField(wanted, 'PointInTimeRecoveryEnabled') ? days : undefined });
    return this.describeContinuousBackups(fields);
  }

  async describeContinuousBackups(fields: Fields): Promise<Fields> {
    const { recoveryDays: RecoveryPeriodInDays } = this.of(await this.requireTable(fields, tableNotFound));
    const now = epochSeconds(this.clock());
    const recovery =
      RecoveryPeriodInDays === undefined
        ? { PointInTimeRecoveryStatus: 'DISABLED' }
        : {
            PointInTimeRecoveryStatus: 'ENABLED',
            RecoveryPeriodInDays,
            EarliestRestorableDateTime: now,
            LatestRestorableDateTime: now,
          };
    return {
      ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery },
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
    for (const [name, { ttlAttribute }] of this.properties) {
      if (ttlAttribute === undefined) continue;
      const rows = await this.tables.rows(name);
      const expired = rows.filter((row) => Number(row[ttlAttribute]?.['N'] ?? Infinity) <= nowSeconds);
      await this.tables.deleteRows(name, expired);
      count += expired.length;
    }
    return count;
  }

  /** The engine cannot change indexes: the table is created again with the same rows. */
  private async changeIndex(name: string, update: Fields, definitions: readonly Fields[]): Promise<void> {
    const { Create, Delete } = update as { readonly Create?: Fields; readonly Delete?: Fields };
    const index = requireText(Create ?? Delete ?? {}, 'IndexName');
    await this.tables.remake(name, (table) => {
      const indexes = fieldsListField(table, 'GlobalSecondaryIndexes');
      const others = indexes.filter((each) => each['IndexName'] !== index);
      const isThere = others.length < indexes.length;
      if (Create !== undefined && isThere) throw validationError('Attempting to create an index which already exists');
      if (Create === undefined && !isThere) {
        throw new ServiceError(
          'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
          'Requested resource not found',
        );
      }
      const known = [...fieldsListField(table, 'AttributeDefinitions'), ...definitions];
      return { indexes: Create === undefined ? others : [...others, Create], definitions: known };
    });
  }

  private of(name: string): TableProperties {
    return this.properties.get(name) ?? { described: {} };
  }

  private change(name: string, changed: Partial<TableProperties>): void {
    this.properties.set(name, { ...this.of(name), ...changed });
  }

  /** Checks that a table exists. @throws ServiceError of the engine, or of the operation, when it does not. */
  private async requireTable(fields: Fields, notFound?: (name: string) => ServiceError): Promise<string> {
    const name = requireText(fields, 'TableName');
    if (notFound !== undefined && (await this.tables.find(name)) === undefined) throw notFound(name);
    await this.tables.read('DescribeTable', { TableName: name });
    return name;
  }
}

/**
 * Gives the index that an update makes or deletes; `undefined` when it does neither.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html (one operation at once)
 *
 * @throws ServiceError when the update does more than one thing, or defines attributes and makes no index.
 */
function indexUpdateOf(fields: Fields): Fields | undefined {
  const updates = fieldsListField(fields, 'GlobalSecondaryIndexUpdates');
  const [update, ...others] = updates.filter((each) => isFields(each['Create']) || isFields(each['Delete']));
  if (others.length > 0) {
    throw new ServiceError(
      'com.amazonaws.dynamodb.v20120810#LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  if (update !== undefined && (updates.length > 1 || hasAny(fields, ['BillingMode', 'ProvisionedThroughput']))) {
    throw validationError('An index is made or deleted alone: change capacity in a request of its own.');
  }
  if (!isFields(update?.['Create']) && hasAny(fields, ['AttributeDefinitions'])) {
    throw validationError('AttributeDefinitions are for the key of an index that is made.');
  }
  return update;
}

function hasAny(fields: Fields, names: readonly string[]): boolean {
  return names.some((name) => (fields[name] ?? undefined) !== undefined);
}

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html */
function describedProperties(fields: Fields): Fields {
  const { SSESpecification: encryption } = fields;
  const tableClass = choiceField(fields, 'TableClass', ['STANDARD', 'STANDARD_INFREQUENT_ACCESS']);
  const isProtected = fields['DeletionProtectionEnabled'] ?? undefined;
  return {
    ...(isFields(encryption) ? { SSEDescription: encryptionOf(encryption) } : {}),
    ...(tableClass === undefined ? {} : { TableClassSummary: { TableClass: tableClass } }),
    ...(isProtected === undefined ? {} : { DeletionProtectionEnabled: flagField(fields, 'DeletionProtectionEnabled') }),
  };
}

/** Encryption with the key that DynamoDB owns is not described. */
function encryptionOf(encryption: Fields): Fields | undefined {
  choiceField(encryption, 'SSEType', ['KMS']);
  const key = textField(encryption, 'KMSMasterKeyId') ?? 'alias/aws/dynamodb';
  if (!flagField(encryption, 'Enabled')) return undefined;
  return { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: key.startsWith('arn:') ? key : keyArn(key) };
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
