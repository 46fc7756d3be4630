import { Directory } from '../../src/directory/directory';
import { nameInDirectory } from '../../src/providers/name-in-directory';

const directory = new Directory({ path: '/orders/prod' });

describe('nameInDirectory', () => {
  it.each([
    ['/orders/prod/DB_HOST', 'DB_HOST'],
    ['/orders/prod/__proto__', '__proto__'],
    ['/orders/prod/ a ', ' a '],
  ])('of %s is its last part', (exactName, name) => {
    expect(nameInDirectory(exactName, directory)).toBe(name);
  });

  it.each([
    ['deeper', '/orders/prod/eu/DB_HOST'],
    ['in a directory whose path begins alike', '/orders/production/DB_HOST'],
    ['in a directory above', '/orders/DB_HOST'],
    ['in a directory that differs in case', '/Orders/prod/DB_HOST'],
    ['without a leading slash', 'orders/prod/DB_HOST'],
    ['the directory itself', '/orders/prod'],
    ['without a last part', '/orders/prod/'],
    ['with an empty part', '/orders/prod//DB_HOST'],
    ['absent', undefined],
  ])('is undefined for a name that is %s', (_, exactName) => {
    expect(nameInDirectory(exactName, directory)).toBeUndefined();
  });

  it('works in a directory of one part', () => {
    expect(nameInDirectory('/orders/a', new Directory({ path: '/orders' }))).toBe('a');
  });
});
