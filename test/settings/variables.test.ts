import { setImmediate } from 'node:timers/promises';
import { state } from '../../src/di/state';
import { settingNames, variablesOf } from '../../src/settings/definitions';
import { refreshVariables, refreshVariablesOncePerTick } from '../../src/settings/variables';

/** How often mutations were noted while something was done. */
function mutationsOf(action: () => void): number {
  const before = state.mutations;
  action();
  return state.mutations - before;
}

beforeEach(() => {
  jest.replaceProperty(process, 'env', {});
  refreshVariables();
});

afterEach(() => jest.restoreAllMocks());

describe('refreshVariables', () => {
  it.each(settingNames.flatMap(variablesOf))('notes that %s was set, changed or removed, once each', (name) => {
    const counts = ['first', 'second', undefined].map((value) => {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
      return [mutationsOf(refreshVariables), mutationsOf(refreshVariables)];
    });

    expect(counts).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  it('ignores other variables', () => {
    process.env['DB_HOST'] = 'db.internal';

    expect(mutationsOf(refreshVariables)).toBe(0);
  });
});

describe('refreshVariablesOncePerTick', () => {
  it('reads variables at the first call of a turn of the event loop, and not again before the next', async () => {
    await setImmediate();
    process.env['APP_NAME'] = 'first';
    const first = mutationsOf(refreshVariablesOncePerTick);
    process.env['APP_NAME'] = 'second';
    const sameTurn = mutationsOf(refreshVariablesOncePerTick);

    await setImmediate();
    const nextTurn = mutationsOf(refreshVariablesOncePerTick);

    expect([first, sameTurn, nextTurn]).toEqual([1, 0, 1]);
  });
});
