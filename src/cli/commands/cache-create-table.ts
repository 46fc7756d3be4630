import { describeTable, expectedKeys, type TableDescription } from '../../aws/table-description';
import { nameIndex, ttlAttribute } from '../../aws/table-names';
import { remedyOf, withoutPayload } from '../../aws/aws-errors';
import { describeError } from '../../base/describe-error';
import { AwsClients, CacherError, DynamoCacher, XconSettings } from '../../index';
import { type Command } from '../command';

interface CreateTableOptions {
  readonly index?: true;
  readonly kmsKeyId?: string;
}

interface CreatedTable {
  readonly table: string;
  readonly region: string;
  /** What was done, in short. */
  readonly changes: readonly string[];
}

/** `xcon cache create-table`: makes the shared cache table. */
export const command: Command<CreatedTable, CreateTableOptions> = {
  description:
    'Makes the shared cache table, billed per request, with its keys and time to live; or adds to one that exists what it lacks. ' +
    'Tables that are part of a stack are better made by that: the package has constructs, templates and a module.',
  options: [
    { flags: '--index', description: 'add the index by name, with which handlers of changes do without scans' },
    {
      flags: '--kms-key-id <key>',
      description: 'encrypt a new table with this KMS key; else with the key that DynamoDB owns',
    },
  ],
  examples: [
    { text: 'Make the table, after a question', command: 'xcon cache create-table --region eu-west-1' },
    { text: 'Make it in a script, with the index by name', command: 'xcon cache create-table --index --yes' },
  ],
  writes: true,

  async run(context, _args, { index = false, kmsKeyId }) {
    const result = await context.at({}, async () => {
      const settings = XconSettings.grab().resolve();
      const client = await AwsClients.grab().dynamo(settings);
      const table = settings.cacheTable;
      const found = await describeTable({ client, table }).catch((error: unknown) => failed(table, error));
      const region = await client.config.region();
      const changes = changesOf(found, { index });
      if (changes.length > 0) {
        await context.confirm({
          changes: `Table ${table} in ${region}: ${changes.join('; ')}.`,
          question: found === undefined ? 'Make the table?' : 'Change the table?',
        });
      }
      const wanted = { index, ...(kmsKeyId !== undefined && { kmsKeyId }) };
      await context.progress(`Making ${table}`, () => DynamoCacher.grab().ensureCacheTable(wanted));
      return { table, region, changes };
    });
    return { result };
  },

  renderText({ table, region, changes }) {
    if (changes.length === 0) return `The table ${table} in ${region} is as it should be.\n`;
    return `The table ${table} in ${region} is ready.\n`;
  },

  renderJson: (created) => created,
};

function failed(table: string, error: unknown): never {
  const remedy = remedyOf(error, 'allow dynamodb:DescribeTable and dynamodb:DescribeTimeToLive on it');
  const problem = `The table "${table}" could not be described: ${describeError(error)}; ${remedy}.`;
  throw new CacherError(problem, { cause: withoutPayload(error) });
}

/** Says what will change; nothing for a table with other keys, which is refused. */
function changesOf(found: TableDescription | undefined, { index }: { readonly index: boolean }): readonly string[] {
  if (found === undefined) {
    const keys = expectedKeys.join(' and ');
    const withIndex = index ? `, index ${nameIndex.name}` : '';
    return [`make it, billed per request, with the keys ${keys}, time to live on ${ttlAttribute}${withIndex}`];
  }
  if (found.keys.join() !== expectedKeys.join()) return [];
  return [
    ...(found.ttlAttribute === undefined ? [`switch time to live on, for ${ttlAttribute}`] : []),
    ...(index && !found.indexes.includes(nameIndex.name) ? [`add the index ${nameIndex.name}`] : []),
  ];
}
