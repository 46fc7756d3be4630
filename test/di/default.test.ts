import { Default } from '../../src/di/default';

describe('Default', () => {
  it('is a symbol that says what it is', () => {
    expect(typeof Default).toBe('symbol');
    expect(Default.toString()).toBe('Symbol(xcon.Default)');
  });

  it('is the same in every copy of the package', async () => {
    let other: unknown;
    await jest.isolateModulesAsync(async () => {
      other = (await import('../../src/di/default')).Default;
    });

    expect(other).toBe(Default);
  });
});
