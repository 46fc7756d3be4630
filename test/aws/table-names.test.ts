import { keySeparator, tableKeys } from '../../src/aws/table-names';

describe('the names in the tables', () => {
  it('are those of the Python library, which shares them', () => {
    expect(tableKeys).toEqual({ partition: 'app_key', sort: 'name_key' });
    expect(keySeparator).toBe('|+|');
  });
});
