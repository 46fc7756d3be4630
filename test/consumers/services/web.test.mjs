// Express and Fastify over HTTP: what the service answers, and what its probes say.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { config } from 'xcon';
import { startWorld } from './world.mjs';

let world;

before(async () => {
  world = await startWorld();
  Object.assign(process.env, world.variables);
});

after(async () => {
  await config.close();
  await world.aws.close();
});

async function answers(url) {
  const get = async (path) => {
    const response = await fetch(`${url}${path}`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await get('/'), [200, { host: 'db.internal' }]);
  assert.deepEqual(await get('/live'), [200, { status: 'alive' }]);
  const [status, report] = await get('/ready');
  assert.deepEqual([status, report.status, report.settings], [200, 'ready', []]);
  assert.doesNotMatch(JSON.stringify(report), /db\.internal/);
}

test('Express serves settings and probes', async () => {
  const { app } = await import('./express.mjs');
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await answers(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('Fastify serves settings and probes, and loads before it listens', async () => {
  const { app } = await import('./fastify.mjs');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    await answers(url);
  } finally {
    await app.close();
  }
});
