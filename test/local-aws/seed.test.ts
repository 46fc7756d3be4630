import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type LocalAws, type LocalAwsSeed, startLocalAws } from '../../src/local-aws/local-aws';
import { post, rejection } from './local-requests';

let aws: LocalAws;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seed-'));
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  aws = await startLocalAws({ clock: () => 1_700_000_000_000 });
});

afterEach(() => aws.close());

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const messageOf = async (seed: unknown) => (await rejection(aws.seed(seed as LocalAwsSeed))).message;

describe('a seed file', () => {
  const path = join(__dirname, 'seed.yaml');

  it('says in YAML what an object says', async () => {
    await aws.seed(path);

    const password = await post(aws, 'AmazonSSM.GetParameter', { Name: '/orders/prod/password', WithDecryption: true });
    const odd = await post(aws, 'secretsmanager.GetSecretValue', { SecretId: '__proto__' });
    const key = await post(aws, 'TrentService.GenerateDataKey', { KeyId: 'other', KeySpec: 'AES_256' });
    expect(password.json['__type']).toBe('AccessDeniedException');
    expect(odd.json['SecretString']).toBe("named like JavaScript's own");
    expect(key.json['__type']).toBe('NotFoundException');
    expect(await aws.rows('config')).toEqual([
      {
        app_key: { S: '/orders/prod' },
        name_key: { S: 'pool' },
        value: { N: '12345678901234567890123456789012345678' },
        hosts: { SS: ['a', 'b'] },
        blob: { B: new Uint8Array([0, 1, 2]) },
        ttl: { N: '1700000060' },
        long: { S: 'ababab' },
      },
    ]);
  });

  it('may be JSON, and be given at the start', async () => {
    const json = await fileOf('seed.JSON', '{"ssm": {"/a": "1"}}');

    const other = await startLocalAws({ seed: json });
    const { status } = await post(other, 'AmazonSSM.GetParameter', { Name: '/a' });

    expect(status).toBe(200);
    await other.close();
  });

  it('may be .yml', async () => {
    await aws.seed(await fileOf('seed.yml', 'ssm: { /a: "1" }'));

    expect((await post(aws, 'AmazonSSM.GetParameter', { Name: '/a' })).status).toBe(200);
  });

  it('says where it is not YAML, without quoting it', async () => {
    const bad = await fileOf('bad.yaml', 'ssm:\n  /a: "hunter2\n');

    expect(await messageOf(bad)).toBe(`Seed file ${bad}: is not valid YAML at line 3, column 1 (MISSING_CHAR).`);
  });

  it('says that a key is there twice', async () => {
    const twice = await fileOf('twice.yaml', 'ssm:\n  /a: "1"\n  /a: "2"\n');

    expect(await messageOf(twice)).toBe(`Seed file ${twice}: is not valid YAML at line 3, column 3 (DUPLICATE_KEY).`);
  });

  it('says that an alias has no anchor, without naming it', async () => {
    const bad = await fileOf('alias.yaml', 'ssm:\n  /a: *hunter2\n');

    expect(await messageOf(bad)).toBe(
      `Seed file ${bad}: is not valid YAML (an alias without its anchor, or far too many).`,
    );
  });

  it('says that it is not JSON, without quoting it', async () => {
    const bad = await fileOf('bad.json', '{\n"ssm": hunter2}');
    const empty = await fileOf('empty.json', '');

    expect(await messageOf(bad)).toMatch(/bad\.json: is not valid JSON(, near line 2)?\.$/);
    expect(await messageOf(empty)).toMatch(/empty\.json: is not valid JSON(, near line 1)?\.$/);
  });

  it('says where the bad key is', async () => {
    const bad = await fileOf('port.yaml', 'ssm:\n  /a/port: 5432\n');

    expect(await messageOf(bad)).toBe(
      `Seed file ${bad}: ssm["/a/port"] is a number; expected a text (quote it) or { value, type }.`,
    );
  });

  it('may hold nothing but must not be empty', async () => {
    expect(await messageOf(await fileOf('empty.yaml', ''))).toMatch(
      /empty\.yaml: is null; expected a map with ssm, secrets, tables, kmsKeys, appConfig\.$/,
    );
  });

  it('must exist, and end in a known way', async () => {
    expect(await messageOf(join(folder, 'none.yaml'))).toMatch(/none\.yaml: cannot be read \(ENOENT\)\.$/);
    expect(await messageOf('seed.toml')).toBe(
      'Seed file seed.toml: expected a file that ends in .yaml, .yml or .json.',
    );
  });
});

describe('tables of a seed', () => {
  const ttlOf = async () => {
    const { json } = await post(aws, 'DynamoDB_20120810.DescribeTimeToLive', { TableName: 'tab' });
    return (json['TimeToLiveDescription'] as Readonly<Record<string, unknown>>)['AttributeName'];
  };

  it('may have an attribute by which rows expire, which stays until another seed says so', async () => {
    const row = { app_key: '/a', name_key: 'x', ends: 100 };
    await aws.seed({ tables: { tab: { ttl: 'ends', rows: [row] } } });
    await aws.seed({ tables: { tab: {} } });

    expect(await ttlOf()).toBe('ends');
    expect(await aws.expireItems(101)).toBe(1);
    await aws.reseed({ tables: { tab: { ttl: 'over' } } });
    expect(await ttlOf()).toBe('over');
  });

  it('are refused with an attribute that is not a text', async () => {
    expect(await messageOf({ tables: { tab: { ttl: 5 as never } } })).toBe(
      'Seed: tables["tab"].ttl is a number; expected a text (quote it).',
    );
  });
});

describe('rows of a seed', () => {
  it('may hold everything JavaScript can say', async () => {
    await aws.seed({
      tables: {
        tab: {
          hashKey: 'id',
          rangeKey: null,
          rows: [
            {
              id: 7,
              text: '',
              big: 12345678901234567890123456789n,
              fraction: 0.1,
              flag: false,
              nothing: null,
              list: ['a', 1, [true]],
              map: { $num: '1', other: 'so no mark' },
              dollar: { $: { deep: new Uint8Array([1]) } }['$'],
              bytes: new Uint8Array([0, 255]),
              texts: new Set(['a', 'b']),
              numbers: new Set([1, 2n]),
              blobs: { $set: [new Uint8Array([5])] },
              absent: undefined,
              exact: { $num: 3 },
            },
          ],
        },
      },
    });

    expect(await aws.rows('tab')).toEqual([
      {
        id: { N: '7' },
        text: { S: '' },
        big: { N: '12345678901234567890123456789' },
        fraction: { N: '0.1' },
        flag: { BOOL: false },
        nothing: { NULL: true },
        list: { L: [{ S: 'a' }, { N: '1' }, { L: [{ BOOL: true }] }] },
        map: { M: { $num: { S: '1' }, other: { S: 'so no mark' } } },
        dollar: { M: { deep: { B: new Uint8Array([1]) } } },
        bytes: { B: new Uint8Array([0, 255]) },
        texts: { SS: ['a', 'b'] },
        numbers: { NS: ['1', '2'] },
        blobs: { BS: [new Uint8Array([5])] },
        exact: { N: '3' },
      },
    ]);
  });

  it('are added to a table that exists', async () => {
    await aws.seed({ tables: { tab: { rows: [{ app_key: 'a', name_key: 'a' }] } } });
    await aws.seed({ tables: { tab: { rows: [{ app_key: 'a', name_key: 'b' }] } } });

    expect(await aws.rows('tab')).toHaveLength(2);
  });
});

describe('a secret of a seed', () => {
  it('may be bytes, and have its rotation', async () => {
    const date = new Date('2030-01-01T00:00:00Z');
    await aws.seed({
      secrets: {
        one: { binary: 'AAEC', rotation: { enabled: true, nextRotationDate: date } },
        two: { $bytes: 'AAEC', rotation: { enabled: true, nextRotationDate: 1893456000 } } as object,
        three: { value: 'x', rotation: { enabled: false } },
      },
    });

    const { json } = await post(aws, 'secretsmanager.ListSecrets', {});

    expect(json['SecretList']).toEqual([
      expect.objectContaining({ Name: 'one', RotationEnabled: true, NextRotationDate: 1893456000 }),
      expect.objectContaining({ Name: 'two', RotationEnabled: true, NextRotationDate: 1893456000 }),
      expect.not.objectContaining({ NextRotationDate: expect.anything() as unknown }),
    ]);
  });
});

describe('a malformed seed', () => {
  const rows = (...all: unknown[]) => ({ tables: { tab: { rows: all } } });
  const keys = { app_key: 'a', name_key: 'b' };

  it.each<[string, unknown, string]>([
    ['is no map', [], 'Seed: is a list; expected a map with ssm, secrets, tables, kmsKeys, appConfig.'],
    ['has an unknown part', { smm: {} }, 'Seed: smm is unknown; known: ssm, secrets, tables, kmsKeys, appConfig.'],
    ['has a part that is no map', { ssm: [] }, 'Seed: ssm is a list; expected a map.'],
    [
      'has a number for a parameter',
      { ssm: { '/a': 5 } },
      'Seed: ssm["/a"] is a number; expected a text (quote it) or { value, type }.',
    ],
    [
      'has a parameter without a value',
      { ssm: { '/a': {} } },
      'Seed: ssm["/a"].value is missing; expected a text (quote it).',
    ],
    [
      'has an unknown type',
      { ssm: { '/a': { value: 'hunter2', type: 'Text' } } },
      'Seed: ssm["/a"].type is another text; expected one of String, StringList, SecureString.',
    ],
    [
      'has an unknown member',
      { ssm: { '/a': { valeu: 'hunter2' } } },
      'Seed: ssm["/a"].valeu is unknown; known: value, type, keyDenied, labels, description, tags.',
    ],
    [
      'has a text for a flag',
      { ssm: { '/a': { value: '', keyDenied: 'yes' } } },
      'Seed: ssm["/a"].keyDenied is another text; expected true or false.',
    ],
    [
      'has a text for a list',
      { ssm: { '/a': { value: '', labels: 'live' } } },
      'Seed: ssm["/a"].labels is another text; expected a list.',
    ],
    [
      'has a list for tags',
      { ssm: { '/a': { value: '', tags: ['team'] } } },
      'Seed: ssm["/a"].tags is a list; expected a map of texts.',
    ],
    [
      'has a number for a tag',
      { secrets: { a: { value: '', tags: { team: 1 } } } },
      'Seed: secrets["a"].tags["team"] is a number; expected a text (quote it).',
    ],
    [
      'has null for a secret',
      { secrets: { a: null } },
      'Seed: secrets["a"] is null; expected a text (quote it) or { value }.',
    ],
    [
      'has two values',
      { secrets: { a: { value: 'x', binary: 'AAEC' } } },
      'Seed: secrets["a"] has both a value and a binary; expected one.',
    ],
    [
      'has a previous value alone',
      { secrets: { a: { previous: 'x' } } },
      'Seed: secrets["a"] has a previous value but no current one.',
    ],
    [
      'has bytes that are no base64',
      { secrets: { a: { binary: 'hunter2!' } } },
      'Seed: secrets["a"].binary is another text; expected base64.',
    ],
    [
      'has no date',
      { secrets: { a: { rotation: { enabled: true, nextRotationDate: 'soon' } } } },
      'Seed: secrets["a"].rotation.nextRotationDate is another text; expected a date: ISO 8601, or seconds since the Unix epoch.',
    ],
    [
      'has a flag for a date',
      { secrets: { a: { rotation: { enabled: true, nextRotationDate: true } } } },
      'Seed: secrets["a"].rotation.nextRotationDate is a boolean; expected a date: ISO 8601, or seconds since the Unix epoch.',
    ],
    ['has a number for a key', { kmsKeys: [5] }, 'Seed: kmsKeys[0] is a number; expected a key id.'],
    [
      'has a number for a sort key',
      { tables: { tab: { rangeKey: 5 } } },
      'Seed: tables["tab"].rangeKey is a number; expected a text or null.',
    ],
    [
      'has a row that is none',
      rows('x'),
      'Seed: tables["tab"].rows[0] is another text; expected a row: a map of attributes.',
    ],
    [
      'has a row without a key',
      rows(keys, { app_key: 'a' }),
      'Seed: tables["tab"].rows[1] has no name_key of the kind the key has; expected a text, number or bytes, the same in every row.',
    ],
    [
      'has a row with another kind of key',
      rows(keys, { app_key: 'a', name_key: 5 }),
      'Seed: tables["tab"].rows[1] has no name_key of the kind the key has; expected a text, number or bytes, the same in every row.',
    ],
    [
      'has a key that can be none',
      rows({ app_key: 'a', name_key: true }),
      'Seed: tables["tab"].rows[0] has no name_key of the kind the key has; expected a text, number or bytes, the same in every row.',
    ],
    [
      'has a date in a row',
      rows({ ...keys, a: [new Date(0)] }),
      'Seed: tables["tab"].rows[0].a[0] is something DynamoDB has no type for.',
    ],
    [
      'has a function in a row',
      rows({ ...keys, a: () => 1 }),
      'Seed: tables["tab"].rows[0].a is something DynamoDB has no type for.',
    ],
    [
      'has NaN in a row',
      rows({ ...keys, a: NaN }),
      'Seed: tables["tab"].rows[0].a is something DynamoDB has no type for.',
    ],
    [
      'has a map of its own kind',
      rows({ ...keys, a: new Map() }),
      'Seed: tables["tab"].rows[0].a is something DynamoDB has no type for.',
    ],
    [
      'has an empty set',
      rows({ ...keys, a: { $set: [] } }),
      'Seed: tables["tab"].rows[0].a is a set that is empty, mixed, or of something else than texts, numbers or bytes.',
    ],
    [
      'has a mixed set',
      rows({ ...keys, a: new Set(['a', 1]) }),
      'Seed: tables["tab"].rows[0].a is a set that is empty, mixed, or of something else than texts, numbers or bytes.',
    ],
    [
      'has a set of flags',
      rows({ ...keys, a: new Set([true]) }),
      'Seed: tables["tab"].rows[0].a is a set that is empty, mixed, or of something else than texts, numbers or bytes.',
    ],
    [
      'has a key that is too long',
      rows(keys, { ...keys, name_key: 'x'.repeat(1025) }),
      expect.stringMatching(/^Seed: tables\["tab"\]\.rows\[1\] is refused by DynamoDB: .*1024/) as string,
    ],
    [
      'has a table with an impossible name',
      { tables: { 'a b': {} } },
      expect.stringMatching(/^Seed: tables\["a b"\] is refused by DynamoDB: /) as string,
    ],
  ])('that %s is refused and leaves everything as it was', async (_, part, message) => {
    const seed = Array.isArray(part) ? part : { kmsKeys: ['k'], secrets: { good: 'x' }, ...(part as object) };
    const good = { ssm: { '/good': 'x' }, tables: { good: {} } };
    const whole = Array.isArray(seed) ? seed : merged(good, seed);

    const problem = await messageOf(whole);

    expect(problem).toEqual(message);
    expect(problem).not.toContain('hunter2');
    const parameters = await post(aws, 'AmazonSSM.DescribeParameters', {});
    const secrets = await post(aws, 'secretsmanager.ListSecrets', {});
    const tables = await post(aws, 'DynamoDB_20120810.ListTables', {});
    const key = await post(aws, 'TrentService.GenerateDataKey', { KeyId: 'any', KeySpec: 'AES_256' });
    expect(parameters.json['Parameters']).toEqual([]);
    expect(secrets.json['SecretList']).toEqual([]);
    expect(tables.json['TableNames']).toEqual([]);
    expect(key.status).toBe(200);
  });

  it.each([
    [{ $num: 'one' }],
    [{ $num: true }],
    [{ $bytes: 5 }],
    [{ $set: 'a' }],
    [{ $nowPlus: '5' }],
    [{ $repeat: 'a' }],
    [{ $repeat: ['a', -1] }],
    [{ $repeat: [1, 1] }],
    [{ $date: 'x' }],
  ])('that has the mark %j is refused', async (mark) => {
    expect(await messageOf(rows({ ...keys, a: mark }))).toMatch(
      /^Seed: tables\["tab"\]\.rows\[0\]\.a has an unknown or malformed mark; known: /,
    );
  });

  it.each([
    [{ $repeat: ['ab', 600_000] }, ' has a $repeat of more than 1048576 characters; no row is that long.'],
    [{ $repeat: ['a', 1e12] }, ' has a $repeat of more than 1048576 characters; no row is that long.'],
    [{ $repeat: ['a', 'Infinity'] }, ' has a $repeat of more than 1048576 characters; no row is that long.'],
    [{ $set: [{ a: { b: 1 } }] }, ' is a set that is empty, mixed, or of something else than texts, numbers or bytes.'],
    [{ $set: [[1]] }, ' is a set that is empty, mixed, or of something else than texts, numbers or bytes.'],
  ])('that has %j is refused before it is expanded', async (mark, problem) => {
    expect(await messageOf(rows({ ...keys, a: mark }))).toBe(`Seed: tables["tab"].rows[0].a${problem}`);
  });

  it('in which a set contains itself is refused', async () => {
    const set = new Set<unknown>();
    set.add({ a: set });

    expect(await messageOf(rows({ ...keys, a: set }))).toMatch(/ is a set that is empty, mixed, or of something else/);
  });

  it('that gives a table other keys is refused', async () => {
    await aws.seed({ tables: { tab: {} } });

    expect(await messageOf({ ssm: { '/a': 'x' }, tables: { tab: { hashKey: 'id' } } })).toBe(
      'Seed: tables["tab"] exists with other keys: app_key, name_key.',
    );
    expect((await post(aws, 'AmazonSSM.DescribeParameters', {})).json['Parameters']).toEqual([]);
  });

  it('starts nothing', async () => {
    await expect(startLocalAws({ seed: { ssm: 5 } as unknown as LocalAwsSeed })).rejects.toThrow(
      'Seed: ssm is a number; expected a map.',
    );
  });
});

function merged(one: object, other: object): object {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const part = (from: object, name: string) => (from as Readonly<Record<string, unknown>>)[name];
  return Object.fromEntries(
    [...names].map((name) => {
      const [first, second] = [part(one, name), part(other, name)];
      const both = isMap(first) && isMap(second);
      return [name, both ? { ...first, ...second } : (second ?? first)];
    }),
  );
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
