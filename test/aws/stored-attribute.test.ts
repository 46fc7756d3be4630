import { attributeOfItem, rememberAttribute } from '../../src/aws/stored-attribute';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { type ConfigValue } from '../../src/item/value';

function itemOf(value: ConfigValue): DirectoryItem {
  return new DirectoryItem({ name: 'pool', value, directory: new Directory({ path: '/orders/prod' }) });
}

describe('the attribute of an item', () => {
  it('is exactly the attribute that the item was read from', () => {
    const attribute = { M: { size: { N: '1.50' }, extra: { NS: ['1', '2.0'] } } };
    const item = itemOf({ size: 1.5 });

    expect(rememberAttribute(item, attribute)).toBe(item);
    expect(attributeOfItem(item)).toBe(attribute);
  });

  it('is made from the value of an item that was read elsewhere', () => {
    expect(attributeOfItem(itemOf({ size: 1.5 }))).toEqual({ M: { size: { N: '1.5' } } });
  });

  it('is absent for a value that DynamoDB cannot hold', () => {
    expect(attributeOfItem(itemOf(Number.NaN))).toBeUndefined();
  });
});
