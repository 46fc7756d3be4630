import { RemovalPolicy } from 'aws-cdk-lib';
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
import { type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { tableKeys } from '../aws/table-names';
import { nameIndex } from '../cache/name-index';
import { type PolicyOptions } from '../iam/policy-options';
import { settingsDefaults } from '../settings/settings-values';
import { grantConfigRead } from './grant-config-read';

/** Which tables there are. */
export interface ConfigTablesProps {
  /** Name of the cache table to make. Default: `global-all-configCache`. */
  readonly cacheTableName?: string;
  /** A cache table that exists already, such as the Python library's; none is made. */
  readonly cacheTable?: ITable;
  /** Name of the configuration table to make. Default: `global-all-config`. */
  readonly configTableName?: string;
  /** A configuration table that exists already; none is made. Its changes are followed if it is known with its stream. */
  readonly configTable?: ITable;
  /** Whether the cache table has, or gets, the index by name, which the handler of changes uses in place of scans. Default: false. */
  readonly nameIndex?: boolean;
  /** Key that the tables made here are encrypted with. Absent: the key that DynamoDB owns, which costs nothing. */
  readonly encryptionKey?: IKey;
}

/** What a service reads, but for the tables and their keys. */
export type ConfigReader = Omit<PolicyOptions, 'configTable' | 'cacheTable' | 'tableKmsKeyArns'>;

/**
 * The two tables of an account and region: the shared cache, which may be lost at any time, and the configuration that the
 * provider `dynamo` reads, which may not: it can be restored to any second of the last 35 days, and outlives the stack.
 */
export class ConfigTables extends Construct {
  /** The shared cache table. */
  readonly cacheTable: ITable | Table;
  /** The configuration table. */
  readonly configTable: ITable | Table;
  /** Whether the cache table has the index by name. */
  readonly nameIndex: boolean;
  private readonly keys: readonly IKey[];

  constructor(scope: Construct, id: string, props: ConfigTablesProps = {}) {
    super(scope, id);
    const { cacheTableName = settingsDefaults.cacheTable, configTableName = settingsDefaults.configTable } = props;
    this.nameIndex = props.nameIndex ?? false;
    this.cacheTable = props.cacheTable ?? this.makeCacheTable(cacheTableName, props);
    this.configTable =
      props.configTable ??
      new Table(this, 'ConfigTable', {
        ...commonProps(props),
        tableName: configTableName,
        stream: StreamViewType.NEW_AND_OLD_IMAGES,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    const keys = [this.cacheTable, this.configTable].map(({ encryptionKey }) => encryptionKey);
    this.keys = [...new Set(keys)].filter((each) => each !== undefined);
  }

  /** ARNs of the customer managed keys of the tables. */
  get keyArns(): readonly string[] {
    return this.keys.map(({ keyArn }) => keyArn);
  }

  /** Allows somebody to read the settings of a service. @param reader - Which service, in which environment, reads what. */
  grantRead(grantee: IGrantable, reader: ConfigReader): void {
    grantConfigRead(grantee, {
      ...reader,
      cacheTable: this.cacheTable.tableName,
      configTable: this.configTable.tableName,
      tableKmsKeyArns: this.keyArns,
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

function commonProps({ encryptionKey }: ConfigTablesProps): TableProps {
  return {
    partitionKey: { name: tableKeys.partition, type: AttributeType.STRING },
    sortKey: { name: tableKeys.sort, type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'ttl',
    ...(encryptionKey !== undefined && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
  };
}
