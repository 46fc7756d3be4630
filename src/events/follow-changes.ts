import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { classifyAwsError } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { sleep } from '../base/time';
import { nameIndex } from '../aws/table-names';
import { currentSession } from '../cache/current-session';
import { changeKey, type SourceChange } from '../cache/rows';
import { checkOptions } from '../options';
import { ChangePass, defaultScanUnitsPerSecond } from './change-pass';

/** A setting that was written at its source. */
export interface ChangedSetting {
  /** Path of its directory. */
  readonly directory: string;
  /** In any case. */
  readonly name: string;
}

/** How changes are followed. */
export interface FollowChangesOptions {
  /** The cache table. Default: the setting `cacheTable`. */
  readonly cacheTable?: string;
  /** Directories with the path of one service in one environment that other services use, too. Default: none. */
  readonly sharedDirectories?: readonly string[];
  /** Read units a second that a scan may take, on average; a table without the index by name is scanned. Default: 500. */
  readonly scanUnitsPerSecond?: number;
}

/** Result of following changes. */
export interface FollowedChanges {
  /** How many partitions, `/{service}/{environment}`, were affected. */
  readonly partitions: number;
  /** How many rows were dropped. */
  readonly rows: number;
  /** Why changes could not be followed everywhere, each reason once; running processes notice those when their rows expire. */
  readonly problems: readonly string[];
}

const optionNames: Readonly<Record<keyof FollowChangesOptions, true>> = {
  cacheTable: true,
  sharedDirectories: true,
  scanUnitsPerSecond: true,
};

/**
 * Follows changes that the caller has made, as the handler of changes does for events: drops the rows of the cache table that they may
 * affect and raises the generation, in every partition whose chain contains a changed directory.
 *
 * Does nothing without a cache table. Never rejects because of the table.
 *
 * @param changes - What was written, by directory and name.
 * @param options - Where the cache table is.
 * @throws InvalidSettingsError for an unknown option.
 */
export async function followChanges(
  changes: readonly ChangedSetting[],
  options: FollowChangesOptions = {},
): Promise<FollowedChanges> {
  checkOptions('followChanges()', options, optionNames);
  if (changes.length === 0) return { partitions: 0, rows: 0, problems: [] };
  const { clients, nowMs, random, settings } = currentSession();
  const table = options.cacheTable ?? settings.cacheTable;
  try {
    const client = await clients.dynamo(settings);
    const pass = new ChangePass(
      { client, table, nowMs, random, sleep },
      {
        sharedDirectories: new Set(options.sharedDirectories),
        hasIndex: await hasIndex(client, table),
        scanUnitsPerSecond: options.scanUnitsPerSecond ?? defaultScanUnitsPerSecond,
        remainingMs: () => Number.POSITIVE_INFINITY,
      },
    );
    const lowered = changes.map((each): SourceChange & { directory: string } => ({
      ...each,
      name: each.name.toLowerCase(),
    }));
    const distinct = [...new Map(lowered.map((each) => [changeKey(each), each])).values()];
    await pass.follow(distinct.map((each) => ({ ...each, eventIds: [] })));
    const reasons = [...pass.failures.values()].filter((each) => classifyAwsError(each) !== 'not-found');
    return { partitions: pass.partitions, rows: pass.dropped, problems: [...new Set(reasons.map(describeError))] };
  } catch (error) {
    return { partitions: 0, rows: 0, problems: [describeError(error)] };
  }
}

/** Whether the table has the index by name; `false` where it may not be described. */
async function hasIndex(client: DynamoDBClient, table: string): Promise<boolean> {
  const { DescribeTableCommand } = await import('@aws-sdk/client-dynamodb');
  const described = await client.send(new DescribeTableCommand({ TableName: table })).catch(() => undefined);
  return described?.Table?.GlobalSecondaryIndexes?.some(({ IndexName: name }) => name === nameIndex.name) === true;
}
