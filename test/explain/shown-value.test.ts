import { inspect } from 'node:util';
import { isSecretName, showValue } from '../../src/explain/shown-value';
import { type ConfigValue } from '../../src/index';

describe('showValue', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['two\nlines\t"quoted"', 'two\\nlines\\t"quoted"'],
    ['{"a": "C:\\temp"}', '{"a": "C:\\temp"}'],
    ['\u007f\u009b31mred', '\\u007f\\u009b31mred'],
    ['half \ud83d of 😀', 'half \\ud83d of 😀'],
    ['\u001b[31mred', '\\u001b[31mred'],
  ])('shows the text %j in one line', (text, shown) => {
    expect(showValue(text)).toBe(shown);
  });

  it('shows data in one line', () => {
    expect(showValue({ a: [1, null] })).toBe('{ a: [ 1, null ] }');
    expect(showValue(null)).toBe('null');
    expect(showValue(12n)).toBe('12n');
  });

  it('cuts what is longer than 40 characters, to 40', () => {
    expect(showValue('x'.repeat(40))).toBe('x'.repeat(40));
    expect(showValue('x'.repeat(41))).toBe(`${'x'.repeat(37)}...`);
  });
});

describe('a value with credentials', () => {
  it.each([
    ['postgres://app:hunter2@db/orders', 'postgres://********@db/orders'],
    ['https://hunter2@sentry.example/1', 'https://********@sentry.example/1'],
    ['redis://:hunter2@cache:6379', 'redis://********@cache:6379'],
    ['amqp://a:hunter2@x,amqp://b:hunter2@y/v', 'amqp://********@y/v'],
    ['postgres://app:hun/te#r2@db', 'postgres://********@db'],
    [`postgres://app:${'hunter2'.repeat(10_000)}@db`, 'postgres://********@db'],
  ])('in a URL is shown without them: %.60s', (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });

  it.each<[ConfigValue]>([
    ['https://x.example/?user=a&password=hunter2'],
    ['postgres://app@db/orders?sslpassword=hunter2'],
    ['Server=db;User Id=app;Password=hunter2;'],
    ['Server=db;Uid=app;Pwd=hunter2'],
    ['host=db user=app password = hunter2'],
    ['DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2=='],
    ['Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=hunter2'],
    ['https://x.example/blob?sv=1&sig=hunter2'],
    ['app:hunter2@tcp(db:3306)/orders'],
    ['Authorization: Bearer hunter2'],
    ['{"user":"app","password":"hunter2"}'],
    ['-----BEGIN EC PRIVATE KEY-----\nhunter2'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2'],
    [{ user: 'app', apiKey: 'hunter2' }],
    [['Server=db;Pwd=hunter2']],
  ])('in another form is not shown: %j', (value) => {
    expect(showValue(value)).toBe('********');
  });

  it.each([
    ['https://x.example/a'],
    ['bob@example.com'],
    ['12:30'],
    ['key:value'],
    ['a token bucket'],
    ['db.internal:5432'],
  ])('is distinguished from other values: %s', (value) => {
    expect(showValue(value)).toBe(value);
  });
});

it('shows what cannot be printed as what it is', () => {
  const value = {
    [inspect.custom]: () => {
      throw new Error('hunter2');
    },
  };

  expect(showValue(value as unknown as ConfigValue)).toBe('(an object)');
});

it.each([
  'DB_PASSWORD',
  'db_passwd',
  'API_KEY',
  'apiKey',
  'PRIVATE_KEY',
  'AUTH_TOKEN',
  'client_secret',
  'DB_PWD',
  'dbPwd',
  'SIGNING_KEY',
  'signingKey',
  'DSN',
  'SENTRY_DSN',
  'sentryDsn',
  'DB_CONNECTION_STRING',
  'aws_creds',
  'session-keys',
])('recognises %s as the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

it.each(['DB_HOST', 'KEY_COUNT', 'POOL_SIZE', 'MONKEY', 'KEYBOARD_LAYOUT', 'TURKEY', 'PARTITION_KEY_NAME'])(
  'does not recognise %s as the name of a secret',
  (name) => {
    expect(isSecretName(name)).toBe(false);
  },
);
