// Functions of AWS Lambda whose process is stopped between invocations: settings are loaded in the init phase, read anew at the start
// of an invocation and at no other time, and what is written is written before the process is stopped.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { LambdaFunction } from './emulator.mjs';
import { startWorld, table } from './world.mjs';

/** Longer than settings are fresh, and than the time of a lookup. */
const frozenMs = 1500;

for (const file of ['./plain-handler.mjs', './middy-handler.mjs']) {
  describe(file, () => {
    let world;
    let lambda;

    before(async () => {
      world = await startWorld({ cached: true });
      // The init phase ends in the middle of its lookup.
      world.aws.setLatency(200);
      lambda = await LambdaFunction.start(file, { ...world.variables, XCON_LOOKUP_BUDGET_MS: '1200' });
    });

    after(async () => {
      await lambda.end();
      await world.aws.close();
    });

    test('a lookup whose process was frozen in the middle ends well after the thaw', async () => {
      await sleep(frozenMs);
      world.aws.setLatency(0);

      assert.deepEqual(await lambda.invoke({ id: 1 }), { result: '1 db.internal' });
    });

    test('what is written to the cache table is written before the freeze', async () => {
      const rows = await world.aws.rows(table);

      assert.ok(rows.some(({ real_name: name }) => name?.S === 'db_host'));
    });

    test('nothing is asked while the process is frozen', async () => {
      const asked = world.aws.calls.all.length;
      await sleep(frozenMs);

      assert.equal(world.aws.calls.all.length, asked);
    });

    test('settings that have become old are read anew at the start of an invocation', async () => {
      world.aws.putParameter('/orders/prod/DB_HOST', 'db.other');
      await world.aws.clearTable(table);

      assert.deepEqual(await lambda.invoke({ id: 2 }), { result: '2 db.other' });
    });

    test('an invocation does not wait for them longer than its budget, and goes on with those it has', async () => {
      await sleep(frozenMs);
      world.aws.setFaults([{ target: '.', hang: true }]);
      const begin = performance.now();

      assert.deepEqual(await lambda.invoke({ id: 3 }), { result: '3 db.other' });
      assert.ok(performance.now() - begin < 10_000);
      world.aws.setFaults([]);
    });
  });
}

test('a function without its settings fails with the one error, and works once they are there', async () => {
  const { aws, variables } = await startWorld();
  aws.deleteParameter('/orders/prod/DB_HOST');
  const lambda = await LambdaFunction.start('./plain-handler.mjs', variables);
  try {
    const { error } = await lambda.invoke({ id: 1 });
    assert.match(error, /^SettingsValidationError: .*DB_HOST/s);
    aws.putParameter('/orders/prod/DB_HOST', 'db.internal');

    assert.deepEqual(await lambda.invoke({ id: 2 }), { result: '2 db.internal' });
  } finally {
    await lambda.end();
    await aws.close();
  }
});
