import { settingName } from '../../src/declared/setting-name';

it.each([
  [['poolSize'], 'POOL_SIZE'],
  [['db', 'host'], 'DB_HOST'],
  [['db', 'readReplica', 'maxPoolSize'], 'DB_READ_REPLICA_MAX_POOL_SIZE'],
  [['apiURLBase'], 'API_URL_BASE'],
  [['oauth2Url'], 'OAUTH2_URL'],
  [['useHTTP2'], 'USE_HTTP2'],
  [['DB_HOST'], 'DB_HOST'],
  [['db-host'], 'DB_HOST'],
  [['x'], 'X'],
])('%j is %s', (path, name) => {
  expect(settingName(path)).toBe(name);
});
