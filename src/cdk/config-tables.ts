import { ArnFormat, RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { type Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { nameIndex, tableKeys } from '../aws/table-names';
import { InvalidSettingsError } from '../errors';
import { placesOf, policyOptionNames, type PolicyOptions } from '../iam/policy-options';
import { checkOptions } from '../options';
import { dynamoAccess } from '../providers/dynamo-access';
import { settingsDefaults } from '../settings/settings-values';
import { grantConfigRead } from './grant-config-read';

/** Names and properties of the tables. */
export interface ConfigTablesProps {
  /** Name of the cache table to create. Default: `global-all-configCache`. */
  readonly cacheTableName?: string;
  /** An existing cache table, such as that of the Python library or of another account; none is created. */
  readonly cacheTable?: ITable;
  /** Name of the configuration table to create. Default: `global-all-config`. */
  readonly configTableName?: string;
  /**
   * An existing configuration table; none is created. Its changes are followed if it is imported with its stream. `null`: there is none,
   * because no service uses the provider `dynamo`.
   */
  readonly configTable?: ITable | null;
  /** Whether the cache table has, or gets, the index by name, which the handler of changes uses in place of scans. Default: false. */
  readonly nameIndex?: boolean;
  /** Key that encrypts the created tables. Absent: the key that DynamoDB owns, which costs nothing. */
  readonly encryptionKey?: IKey;
}

const propNames: Readonly<Record<keyof ConfigTablesProps, true>> = {
  cacheTableName: true,
  cacheTable: true,
  configTableName: true,
  configTable: true,
  nameIndex: true,
  encryptionKey: true,
};

/** What a service reads, but for the tables and their keys. */
export type ConfigReader = Omit<PolicyOptions, 'configTable' | 'cacheTable' | 'tableKmsKeyArns'>;

/**
 * The two tables of an account and region: the shared cache, whose loss does no harm, and the configuration that the provider `dynamo`
 * reads, which can be restored to any second of the last 35 days, and outlives the stack.
 */
export class ConfigTables extends Construct {
  /** The shared cache table. */
  readonly cacheTable: ITable | Table;
  /** The configuration table; `undefined` where there is none. */
  readonly configTable: ITable | Table | undefined;
  /** Whether the cache table has the index by name. */
  readonly nameIndex: boolean;
  private readonly keys: readonly IKey[];

  /** @throws InvalidSettingsError for an option that is unknown, or contradicts another. */
  constructor(scope: Construct, id: string, props: ConfigTablesProps = {}) {
    super(scope, id);
    checkProps(props);
    const { cacheTableName = settingsDefaults.cacheTable, configTableName = settingsDefaults.configTable } = props;
    this.nameIndex = props.nameIndex ?? false;
    this.cacheTable = props.cacheTable ?? this.makeCacheTable(cacheTableName, props);
    const { configTable } = props;
    this.configTable = configTable === null ? undefined : (configTable ?? this.makeConfigTable(configTableName, props));
    const keys = [this.cacheTable, this.configTable].map((table) => table?.encryptionKey);
    this.keys = [...new Set(keys)].filter((each) => each !== undefined);
  }

  /** ARNs of the customer managed keys of the tables. */
  get keyArns(): readonly string[] {
    return this.keys.map(({ keyArn }) => keyArn);
  }

  /**
   * Allows a grantee to read the settings of a service.
   *
   * @param reader - Which service, in which environment, reads what.
   * @returns What was granted, as {@link grantConfigRead} does.
   * @throws InvalidSettingsError for the provider `dynamo` where there is no configuration table, and as that function does.
   */
  grantRead(grantee: IGrantable, reader: ConfigReader): Grant {
    checkOptions('ConfigTables.grantRead()', reader, readerNames);
    const { cacheTable, configTable, keyArns } = this;
    const scope = Construct.isConstruct(grantee) ? grantee : this;
    if (configTable === undefined && placesOf(reader, dynamoAccess.provider).length > 0) {
      throw new InvalidSettingsError(
        'ConfigTables.grantRead() option providers',
        'dynamo reads the configuration table, and these tables have none: configTable is null.',
      );
    }
    return grantConfigRead(grantee, {
      ...reader,
      cacheTable: nameOrArn(scope, cacheTable),
      ...(configTable !== undefined && { configTable: nameOrArn(scope, configTable) }),
      tableKmsKeyArns: keyArns,
    });
  }

  private makeConfigTable(tableName: string, props: ConfigTablesProps): Table {
    return new Table(this, 'ConfigTable', {
      ...commonProps(props),
      tableName,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private makeCacheTable(tableName: string, props: ConfigTablesProps): Table {
    const common = commonProps(props);
    const table = new Table(this, 'CacheTable', { ...common, tableName, removalPolicy: RemovalPolicy.DESTROY });
    if (this.nameIndex) {
      table.addGlobalSecondaryIndex({
        indexName: nameIndex.name,
        partitionKey: { name: nameIndex.partition, type: AttributeType.STRING },
        sortKey: { name: nameIndex.sort, type: AttributeType.STRING },
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: [...nameIndex.attributes],
      });
    }
    return table;
  }
}

/**
 * Gives the name of a table; its ARN where the table is, or may be, in another region or account than the stack of a construct.
 */
export function nameOrArn(scope: Construct, table: ITable | Table): string {
  const { tableArn, tableName } = table;
  const stack = Stack.of(scope);
  const local = stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName });
  if ((Table.isOwnedResource(table) && !isElsewhere(table.stack, stack)) || tableArn === local) return tableName;
  if (tableArn.startsWith('arn:')) return tableArn;
  const { partition, region, account, resourceName } = stack.splitArn(tableArn, ArnFormat.SLASH_RESOURCE_NAME);
  return `arn:${partition}:dynamodb:${region}:${account}:table/${resourceName}`;
}

function isElsewhere(one: Stack, other: Stack): boolean {
  const comparisons = [
    Token.compareStrings(one.account, other.account),
    Token.compareStrings(one.region, other.region),
  ];
  return comparisons.includes(TokenComparison.DIFFERENT);
}

const ownNames: readonly string[] = ['configTable', 'cacheTable', 'tableKmsKeyArns'] satisfies (keyof PolicyOptions)[];
const readerNames = Object.fromEntries(
  Object.entries(policyOptionNames).filter(([name]) => !ownNames.includes(name)),
) as Readonly<Record<keyof ConfigReader, true>>;

function checkProps(props: ConfigTablesProps): void {
  checkOptions('new ConfigTables()', props, propNames);
  const { cacheTable, cacheTableName, configTable, configTableName } = props;
  for (const [name, isGiven] of Object.entries({
    cacheTable: cacheTable !== undefined && cacheTableName !== undefined,
    configTable: configTable !== undefined && configTableName !== undefined,
  })) {
    if (isGiven)
      throw new InvalidSettingsError(
        `new ConfigTables() option ${name}Name`,
        `has no effect beside ${name}: give one of them.`,
      );
  }
}

function commonProps({ encryptionKey }: ConfigTablesProps): TableProps {
  return {
    partitionKey: { name: tableKeys.partition, type: AttributeType.STRING },
    sortKey: { name: tableKeys.sort, type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'ttl',
    ...(encryptionKey !== undefined && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
  };
}
