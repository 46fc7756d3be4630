import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { AwsClients, Directory, DynamoProvider } from 'xcon';
import { applyPlan, builtInKinds, MemoryState, parseEntryFile, planEntries, stackKeyOf } from 'xcon/entries';
import { type AttributeMap } from '../../src/aws/attribute-value';
import { nameIndex, tableKeys, ttlAttribute } from '../../src/aws/table-names';
import { nextGeneration, watchedGeneration } from '../../src/cache/generation';
import { type CacheRow, encodeRow } from '../../src/cache/rows';
import { TableState } from '../../src/entries/table-state';
import { type ChangeSession } from '../../src/events/follow-in-partition';
import { keepPosition } from '../../src/events/scan-position';
import { settingsDefaults } from '../../src/settings/settings-values';
import { plainRow, referenceRow, sealedRow } from '../cache/rows';
import { readDocument, tableOf } from './documents';

const page = readDocument('docs/reference/tables.md');
const environ = '/orders/prod';
const nowMs = Date.UTC(2030, 0, 31);
const facts = { directory: '/_nonExistent', source: 'xcon', ttl: 1, createdAt: '2030-01-31T00:00:00.000+00:00' };
const answerFacts = { generation: 1, readAtMs: nowMs };

const generation = watchedGeneration(
  { ...nextGeneration(undefined, [{ directory: '/orders/prod', name: 'db_host' }], nowMs), floor: 1 },
  ['/orders/prod'],
  nowMs,
);
if (generation === undefined) throw new Error('There is no generation.');

const rows: Readonly<Record<string, CacheRow>> = {
  value: plainRow({ ...answerFacts, secret: true }),
  missing: plainRow({ ...answerFacts, directory: '/_nonExistent', value: undefined }),
  sealed: sealedRow(answerFacts),
  reference: referenceRow(answerFacts),
  lease: {
    ...facts,
    kind: 'lease',
    nameKey: '~xcon|lease|1',
    name: '~xcon-lease',
    owner: 'a',
    untilMs: 1,
    state: 'held',
  },
  key: { ...facts, kind: 'key', nameKey: '~xcon|key|1', name: '~xcon-key', keyId: '1', wrapped: Uint8Array.of(1) },
  generation,
};

describe('docs/reference/tables.md', () => {
  it('lists the kinds of rows of the cache table', () => {
    const listed = tableOf(page, ['Kind', 'Sort key']).map(([kind]) => kind);

    expect(listed).toEqual([...Object.keys(rows), 'scan']);
  });

  it('lists the attributes of every kind of row, with their types', async () => {
    const written = {
      ...Object.fromEntries(Object.entries(rows).map(([kind, row]) => [kind, encodeRow(environ, row)])),
    };
    const all = { ...written, scan: await scanRow() };

    expect(listedAttributes(Object.keys(all))).toEqual(
      Object.entries(all)
        .flatMap(([kind, row]) => typesOf(row).map((each) => `${kind} ${each}`))
        .toSorted(),
    );
  });

  it('names the tables, their keys and the attribute of their end', () => {
    const names = tableOf(page, ['', 'Cache table', 'Config table']).find(([what]) => what === 'name');

    expect(names?.[1]).toContain(`\`${settingsDefaults.cacheTable}\``);
    expect(names?.[2]).toContain(`\`${settingsDefaults.configTable}\``);
    expect(tableOf(page, ['Key', 'Attribute', 'Type']).map(([, attribute]) => attribute)).toEqual(
      Object.values(tableKeys),
    );
    expect(page.text).toContain(`time to live on the attribute \`${ttlAttribute}\``);
  });

  it('lists the parts of the index by name', () => {
    const [partition, sort, others] = tableOf(page, ['Part', 'Attributes']).map(([, cell = '']) =>
      cell.replaceAll('`', '').split(', '),
    );

    expect([partition, sort, others]).toEqual([[nameIndex.partition], [nameIndex.sort], nameIndex.attributes]);
    expect(page.text).toContain(`\`${nameIndex.name}\``);
  });

  it('lists the attributes of a row of the config table', async () => {
    const listed = tableOf(page, ['Attribute', 'Type', 'Written by']).map(([name, type]) => `${name} ${type}`);

    const set = typesOf(await rowThatSetWrites());
    const apply = typesOf(await rowThatApplyWrites());
    expect(listed.toSorted()).toEqual([...new Set([...set, ...apply, 'ttl N'])].toSorted());
  });

  it('lists the attributes of the rows that hold a state', async () => {
    const { record, lock } = await stateRows();
    const listed = tableOf(page, ['Row', 'Attribute', 'Type']).map(([row, name, type]) => `${row} ${name} ${type}`);

    expect(listed.toSorted()).toEqual([
      ...typesOf(lock).map((each) => `lock ${each}`),
      ...typesOf(record).map((each) => `record ${each}`),
    ]);
  });
});

/** Gives what the page says of each kind: `value real_name S`. */
function listedAttributes(kinds: readonly string[]): readonly string[] {
  const groups: Readonly<Record<string, readonly string[]>> = {
    all: kinds,
    answers: ['value', 'missing', 'sealed', 'reference'],
  };
  return tableOf(page, ['Attribute', 'Type', 'In rows of kind'])
    .flatMap(([name, type, of = '']) =>
      of.split(', ').flatMap((each) => (groups[each] ?? [each]).map((kind) => `${kind} ${name} ${type}`)),
    )
    .toSorted();
}

/** Gives the attributes of a row with their types; a value may be of any. */
function typesOf(row: AttributeMap): readonly string[] {
  return Object.entries(row)
    .map(([name, attribute]) => `${name} ${name === 'value' ? 'any' : Object.keys(attribute).join()}`)
    .toSorted();
}

async function scanRow(): Promise<AttributeMap> {
  const { client, puts } = recordingClient();
  const session = { client, table: settingsDefaults.cacheTable, nowMs: () => nowMs } as unknown as ChangeSession;
  await keepPosition(session, ['an-event'], { app_key: { S: environ } });
  return puts()[0] ?? {};
}

async function rowThatSetWrites(): Promise<AttributeMap> {
  const { client, puts } = recordingClient();
  const clients = new AwsClients({ dynamo: client });
  const writer = await clients.run(() => DynamoProvider.grab().writer());
  const address = { directory: Directory.literal(environ), name: 'DB_HOST' };
  await writer.write(address, { value: 'db', description: 'Host', tags: { team: 'platform' } });
  return puts()[0] ?? {};
}

async function rowThatApplyWrites(): Promise<AttributeMap> {
  const { client, puts } = recordingClient();
  const text = 'service: orders\nenvironments: [prod]\nentries:\n  /orders/prod:\n    DB_HOST: { dynamo: db }\n';
  const kinds = builtInKinds.filter(({ name }) => name === 'dynamo');
  const { file } = parseEntryFile(text, { path: 'xcon.yaml', kinds });
  if (file === undefined) throw new Error('The file of entries has problems.');
  const key = stackKeyOf(Buffer.alloc(32, 7), file.stack);
  const session = { file, kinds, state: new MemoryState(), key, signal: new AbortController().signal };
  const events: string[] = [];
  await new AwsClients({ dynamo: client }).run(async () => {
    for await (const { kind } of applyPlan(await planEntries(session), session)) events.push(kind);
  });
  expect(events).toContain('entry');
  return puts().find((row) => row['value'] !== undefined) ?? {};
}

async function stateRows(): Promise<{ readonly record: AttributeMap; readonly lock: AttributeMap }> {
  const { client, puts } = recordingClient();
  const state = new TableState({
    client: () => Promise.resolve(client),
    table: settingsDefaults.configTable,
    stack: 'orders',
    nowMs: () => nowMs,
    random: () => 0,
  });
  const address = { kind: 'ssm', directory: environ, name: 'DB_HOST' };
  const record = { address, version: '1', keyId: 'a', fields: {}, writtenAt: '2030-01-31T00:00:00.000Z' };
  await state.save(new Map([['ssm:/orders/prod/DB_HOST', record]]));
  await state.lock({ id: 'an-id', who: 'somewhere', operation: 'apply', untilMs: nowMs });
  const [first = {}, second = {}] = puts();
  return { record: first, lock: second };
}

/** Gives a client that answers every request as an empty table, and the rows that are put. */
function recordingClient(): { readonly client: DynamoDBClient; readonly puts: () => readonly AttributeMap[] } {
  const client = new DynamoDBClient({ region: 'eu-west-1' });
  const mock = mockClient(client);
  mock.onAnyCommand().resolves({});
  mock.on(QueryCommand).resolves({ Items: [] });
  return {
    client,
    puts: () =>
      mock.calls().flatMap(({ args: [{ input }] }): readonly AttributeMap[] => {
        const { Item: item, RequestItems: batches = {} } = input as Written;
        const puts = Object.values(batches).flatMap((writes) => writes.map(({ PutRequest: put }) => put?.Item));
        return [item, ...puts].filter((each) => each !== undefined);
      }),
  };
}

interface Written {
  readonly Item?: AttributeMap;
  readonly RequestItems?: Readonly<
    Record<string, readonly { readonly PutRequest?: { readonly Item?: AttributeMap } }[]>
  >;
}
