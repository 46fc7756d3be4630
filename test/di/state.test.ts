import { recordMutation, state } from '../../src/di/state';

describe('the state of the process', () => {
  it('is kept where every copy of the package finds it', async () => {
    let other: typeof state | undefined;
    await jest.isolateModulesAsync(async () => {
      other = (await import('../../src/di/state')).state;
    });

    expect(other).toBe(state);
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('xcon@1')]).toBe(state);
  });

  it('counts mutations, whichever copy notes them', async () => {
    const before = state.mutations;

    recordMutation();
    await jest.isolateModulesAsync(async () => {
      (await import('../../src/di/state')).recordMutation();
    });

    expect(state.mutations).toBe(before + 2);
  });
});
