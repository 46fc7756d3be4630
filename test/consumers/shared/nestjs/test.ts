// An application of NestJS over HTTP: it starts with its settings or not at all, serves them, says how it does, and ends what it began.
import assert from 'node:assert/strict';
import { type AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { isConfigError } from 'xcon';
import { startLocalAws } from 'xcon/testing';
import { AppModule } from './app';

async function main(): Promise<void> {
  const version = (require('@nestjs/core/package.json') as { version: string }).version;
  const aws = await startLocalAws({
    seed: {
      ssm: { '/orders/prod/DB_HOST': 'db.internal', '/orders/all/MOST': '5' },
      secrets: { '/orders/prod/DB_PASSWORD': 'a-secret' },
    },
  });
  Object.assign(process.env, aws.environment, {
    APP_NAME: 'orders',
    APP_ENV: 'prod',
    AWS_MAX_ATTEMPTS: '1',
    XCON_DISABLE_DEFAULT_CACHER: 'true',
    XCON_FAILURE_PAUSE_MS: '0',
    XCON_STALE_IF_ERROR_SECONDS: '0',
    XCON_LOG_LEVEL: 'silent',
  });

  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  const served = { injected: 'db.internal', password: 'Secret(***)', level: 'info', port: null };
  const first = await get('/');
  assert.deepEqual(first, { status: 200, body: { ...served, now: 'db.internal', password: first.body['password'] } });
  assert.doesNotMatch(JSON.stringify(first), /a-secret/);
  assert.deepEqual((await get('/limits')).body, { most: '5' });
  const up = await get('/health');
  assert.equal(up.status, 200);
  assert.equal((up.body['info'] as Record<string, { status: string }>)['settings']?.status, 'up');

  // An injected object stays as it was; load() gives what is there now.
  aws.putParameter('/orders/prod/DB_HOST', 'db.other');
  await get('/refresh');
  const second = (await get('/')).body;
  assert.deepEqual([second['injected'], second['now']], ['db.internal', 'db.other']);

  // A source that fails lookups takes the application out of service.
  aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);
  await get('/refresh');
  await get('/');
  const down = await get('/health');
  assert.equal(down.status, 503);
  assert.match(JSON.stringify(down.body['error']), /"status":"down"/);
  assert.doesNotMatch(JSON.stringify(down), /a-secret|db\.other/);
  aws.setFaults([]);

  await app.close();
  const before = aws.calls.all.length;

  // Without a setting it does not start, and one error says which.
  aws.deleteParameter('/orders/all/MOST');
  const { config } = await import('xcon');
  await config.refresh();
  const starting = NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await assert.rejects(starting, (error: Error) => {
    assert.ok(isConfigError(error), String(error));
    assert.equal(error.name, 'SettingsValidationError');
    assert.match(error.message, /MOST/);
    return true;
  });
  assert.ok(aws.calls.all.length > before);
  await config.close();
  await aws.close();
  console.log(`NestJS ${version} works`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
