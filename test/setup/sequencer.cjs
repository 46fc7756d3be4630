'use strict';

/**
 * Runs the suites in one order on every machine: that of their paths, after those that wait longest. Jest's own order follows earlier
 * durations, which a fresh checkout does not have. With `--randomize` the seed that shuffles the tests of a suite shuffles the suites, too.
 */
const { createHash } = require('node:crypto');
const { relative } = require('node:path');
const TestSequencer = require('@jest/test-sequencer').default;

/** They wait for time to pass, for most of half a minute: begun first, they hold nothing up at the end. */
const first = ['test/end-to-end/credentials.test.ts', 'test/reliability/fault-table.test.ts'];

module.exports = class Sequencer extends TestSequencer {
  constructor(options) {
    super(options);
    const { randomize, seed } = options.globalConfig;
    this.seed = randomize ? seed : undefined;
  }

  sort(tests) {
    const keyed = tests.map((test) => ({ test, key: this.keyOf(test) }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ test }) => test);
  }

  keyOf({ path, context }) {
    const name = relative(context.config.rootDir, path);
    if (this.seed !== undefined) return createHash('sha256').update(`${this.seed} ${name}`).digest('hex');
    return first.includes(name) ? ` ${name}` : name;
  }
};
