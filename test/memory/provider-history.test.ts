import { ProviderHistory } from '../../src/memory/provider-history';

it('keeps listings apart from settings read by name', () => {
  const history = new ProviderHistory();

  history.settings.keep('/a', { outcome: { value: undefined }, atMs: 1, order: 1 }, 0);

  expect(history.listings.lastGood('/a')).toBeUndefined();
  expect(history.settings.lastGood('/a')?.outcome).toEqual({ value: undefined });
});
