'use strict';

// What the setups of all test runners promise, said once. Each project runs it with the functions of its runner.
const assert = require('node:assert/strict');
const { Config, config, ContextError, SsmProvider, withDependencies, xconSettings } = require('xcon');
const { fakeProvider, testConfig, withTestConfig } = require('xcon/testing');

/** @param runner - `describe`, `test`, `beforeAll`, `afterAll`, `beforeEach`, `afterEach`. */
exports.describeSemantics = ({ afterAll, afterEach, beforeAll, beforeEach, describe, test }) => {
  describe('a test', () => {
    let changed = 0;

    for (const round of ['first', 'second']) {
      test(`begins afresh: the ${round}`, async () => {
        assert.deepEqual([config.resolvedService, config.resolvedEnvironment], ['testing', 'unit']);
        assert.deepEqual(
          [...config.providerChain].map(({ name }) => name),
          ['env'],
        );
        assert.equal(config.resolvedCacher, null);
        assert.equal(await config.get('LEFT_BEHIND'), undefined);
      });

      test(`may leave anything behind: the ${round}`, async () => {
        changed += 1;
        xconSettings.service = 'orders';
        config.setDefault('LEFT_BEHIND', 'default');
        testConfig({ LEFT_BEHIND: 'entered' }).enter();
        await Promise.resolve();
        testConfig({ LEFT_BEHIND: 'entered later' }).enter();

        assert.deepEqual([config.resolvedService, await config.get('LEFT_BEHIND')], ['orders', 'entered later']);
      });
    }

    test('began afresh although others had changed something', () => assert.equal(changed, 2));
  });

  const hooks = [
    ['a hook', (enter) => () => void enter()],
    ['an async hook', (enter) => async () => void enter()],
    [
      'a hook that awaits something before and after',
      (enter) => async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        enter();
        await new Promise((resolve) => setTimeout(resolve, 1));
      },
    ],
  ];
  for (const [name, hook] of hooks) {
    describe(`what ${name} enters`, () => {
      let seen = 0;

      beforeEach(hook(() => testConfig({ OUTER: (seen += 1), BOTH: 'outer' }).enter()));

      test('is seen in the test', async () => {
        assert.deepEqual([await config.get('OUTER'), await config.get('BOTH')], [1, 'outer']);
      });

      test('is seen in the next one as it is then', async () => {
        assert.equal(await config.get('OUTER'), 2);
      });

      describe('and one of a nested suite', () => {
        beforeEach(hook(() => testConfig({ INNER: 'inner', BOTH: 'inner' }).enter()));

        test('are both seen, the inner one first', async () => {
          assert.deepEqual(
            [await config.get('OUTER'), await config.get('INNER'), await config.get('BOTH')],
            [3, 'inner', 'inner'],
          );
        });
      });

      describe('and another suite', () => {
        test('does not see what its sibling enters', async () => {
          assert.deepEqual([await config.get('OUTER'), await config.get('INNER')], [4, undefined]);
        });
      });
    });
  }

  test('nothing of a hook is seen outside of its suite', async () => {
    assert.deepEqual([await config.get('OUTER'), await config.get('INNER')], [undefined, undefined]);
  });

  describe('a scope', () => {
    let scope;

    beforeEach(() => {
      scope = testConfig({ A: 1 }).enter();
    });

    afterEach(() => {
      scope.exit();
      scope.exit();
    });

    test('may be left in the test', async () => {
      scope.exit();
      assert.equal(await config.get('A'), undefined);
    });

    test('may be left in a hook', async () => {
      assert.equal(await config.get('A'), 1);
    });

    test('is left in reverse order, or the error says so', () => {
      const inner = testConfig({ A: 2 }).enter();
      assert.throws(
        () => scope.exit(),
        (error) => error instanceof ContextError && /reverse order/.test(error.message),
      );
      inner.exit();
      scope.exit();
    });

    test('cannot be entered inside run()', () => {
      assert.throws(() => withTestConfig({}, () => testConfig({ A: 2 }).enter()), /run\(\)/);
    });
  });

  describe('code outside of tests', () => {
    let providers;
    let entered;

    beforeAll(async () => {
      providers = [...config.providerChain].map(({ name }) => name);
      entered = testConfig({ OUTSIDE: 'all' }).enter();
      assert.equal(await config.get('OUTSIDE'), 'all');
    });

    afterAll(async () => {
      assert.equal(await config.get('OUTSIDE'), 'all');
      entered.exit();
    });

    test('has environment variables only, too', () => assert.deepEqual(providers, ['env']));

    test('and what it enters are not seen in tests, which begin afresh', async () => {
      assert.equal(await config.get('OUTSIDE'), undefined);
    });
  });

  test('a fake takes the place of a provider', async () => {
    const ssm = fakeProvider({ '/orders/prod/DB_HOST': 'db.test' }, { as: SsmProvider });
    const orders = new Config({ service: 'orders', environment: 'prod', providers: [SsmProvider] });

    assert.equal(await withDependencies([ssm, orders], () => config.get('DB_HOST')), 'db.test');
  });
};
