import { inspect } from 'node:util';
import { Directory } from '../../src/directory/directory';
import { DirectoryChain } from '../../src/directory/directory-chain';

function chainOf(...paths: readonly string[]): DirectoryChain {
  return new DirectoryChain(paths.map((path) => Directory.from(path)));
}

describe('a DirectoryChain', () => {
  it('keeps the order of precedence', () => {
    const chain = chainOf('/orders/prod', '/orders/all', '/global/all');

    expect([...chain].map(({ path }) => path)).toEqual(['/orders/prod', '/orders/all', '/global/all']);
    expect([...chain]).toEqual(chain.directories);
  });

  it('folds equal paths into the first place', () => {
    const chain = chainOf('/orders/all', '/orders/prod', '/orders/all/', '/Orders/all');

    expect(chain.directories.map(({ path }) => path)).toEqual(['/orders/all', '/orders/prod', '/Orders/all']);
  });

  it('is written as its paths joined by bars', () => {
    const chain = chainOf('/orders/prod', '/orders/all');

    expect(chain.concat).toBe('/orders/prod|/orders/all');
    expect(chain.toString()).toBe('/orders/prod|/orders/all');
    expect(inspect(chain)).toBe('DirectoryChain(/orders/prod|/orders/all)');
  });

  it('may be empty', () => {
    const chain = chainOf();

    expect(chain.directories).toEqual([]);
    expect(chain.concat).toBe('');
  });

  it('is frozen and does not follow the list that it was made of', () => {
    const directories = [Directory.from('/orders/prod')];
    const chain = new DirectoryChain(directories);

    directories.push(Directory.from('/orders/all'));

    expect(chain.directories).toHaveLength(1);
    expect(Object.isFrozen(chain)).toBe(true);
    expect(Object.isFrozen(chain.directories)).toBe(true);
  });
});
