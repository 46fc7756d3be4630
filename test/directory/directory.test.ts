import { inspect } from 'node:util';
import { Directory } from '../../src/directory/directory';
import { InvalidDirectoryError } from '../../src/errors';
import { fc } from '../setup/fast-check';

/** Parts of a path: no slash, no brace, not empty. */
const part = fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/);

describe('a Directory made from a path', () => {
  it('has a service and the rest', () => {
    const directory = new Directory({ path: '/orders/prod/eu' });

    expect(directory).toMatchObject({ path: '/orders/prod/eu', service: 'orders', env: 'prod/eu', isExport: false });
  });

  it('has no rest when the path has one part', () => {
    const directory = new Directory({ path: '/orders' });

    expect(directory).toMatchObject({ path: '/orders', service: 'orders', env: undefined, isExport: false });
  });

  it('may have parts of one letter', () => {
    expect(new Directory({ path: '/a/b' })).toMatchObject({ path: '/a/b', service: 'a', env: 'b' });
  });

  it('drops one trailing slash', () => {
    expect(new Directory({ path: '/orders/prod/' }).path).toBe('/orders/prod');
  });

  it('keeps the case of the path', () => {
    expect(new Directory({ path: '/Orders/PROD' }).path).toBe('/Orders/PROD');
  });

  it.each([
    ['/orders/export', true],
    ['/orders/export/prod', true],
    ['/orders/exports/prod', false],
    ['/orders/exporting', false],
    ['/export/prod', false],
    ['/orders/prod/export', false],
  ])('is an export or not: %s', (path, isExport) => {
    expect(new Directory({ path }).isExport).toBe(isExport);
  });

  it.each([
    ['', 'Directory "" is empty.'],
    ['/', 'Directory "/" names no service.'],
    ['orders/prod', 'Directory "orders/prod" is relative.'],
    ['/orders//prod', 'Directory "/orders//prod" has an empty part (//).'],
    ['//', 'Directory "//" has an empty part (//).'],
    ['/orders/prod//', 'Directory "/orders/prod//" has an empty part (//).'],
    ['/{stage}/prod', 'Directory "/{stage}/prod" has an unknown placeholder or a stray brace.'],
    ['/{Service}/prod', 'Directory "/{Service}/prod" has an unknown placeholder or a stray brace.'],
    ['/orders/{environment', 'Directory "/orders/{environment" has an unknown placeholder or a stray brace.'],
    ['/orders/}', 'Directory "/orders/}" has an unknown placeholder or a stray brace.'],
    ['/{{service}}', 'Directory "/{{service}}" has an unknown placeholder or a stray brace.'],
  ])('refuses %p', (path, beginning) => {
    const make = (): Directory => new Directory({ path });

    expect(make).toThrow(InvalidDirectoryError);
    expect(make).toThrow(beginning);
  });

  it.each([[undefined], [null], [7], [Symbol.iterator]])('refuses %p, which is not a text', (path) => {
    const make = (): Directory => new Directory({ path: path as never });

    expect(make).toThrow(InvalidDirectoryError);
    expect(make).toThrow('not a path');
  });
});

describe('a Directory made from components', () => {
  it('joins service and env', () => {
    const directory = new Directory({ service: 'orders', env: 'prod' });

    expect(directory).toMatchObject({ path: '/orders/prod', service: 'orders', env: 'prod', isExport: false });
  });

  it.each([undefined, ''])('is global for the service %p', (service) => {
    expect(new Directory({ service, env: 'prod' })).toMatchObject({ path: '/global/prod', service: 'global' });
  });

  it.each([undefined, ''])('has no rest for the env %p', (env) => {
    expect(new Directory({ service: 'orders', env })).toMatchObject({ path: '/orders', env: undefined });
  });

  it('puts export before the env and keeps the env as given', () => {
    const directory = new Directory({ service: 'orders', env: 'prod', isExport: true });

    expect(directory).toMatchObject({ path: '/orders/export/prod', env: 'prod', isExport: true });
  });

  it('does not put export before an env that begins with it', () => {
    const directory = new Directory({ service: 'orders', env: 'export/prod', isExport: true });

    expect(directory).toMatchObject({ path: '/orders/export/prod', env: 'export/prod', isExport: true });
  });

  it('puts export before an env that is called so, as the Python library does', () => {
    const directory = new Directory({ service: 'orders', env: 'export', isExport: true });

    expect(directory).toMatchObject({ path: '/orders/export/export', env: 'export', isExport: true });
  });

  it('is an export by its env alone', () => {
    const directory = new Directory({ service: 'orders', env: 'export/prod' });

    expect(directory).toMatchObject({ path: '/orders/export/prod', isExport: true });
  });

  it('is the whole export of a service without an env', () => {
    expect(new Directory({ service: 'orders', isExport: true })).toMatchObject({
      path: '/orders/export',
      env: undefined,
      isExport: true,
    });
  });

  it('drops the trailing slash of the path but keeps the env as given', () => {
    expect(new Directory({ service: 'orders', env: 'prod/' })).toMatchObject({ path: '/orders/prod', env: 'prod/' });
  });

  it('refuses a service with a slash', () => {
    const make = (): Directory => new Directory({ service: 'orders/prod' });

    expect(make).toThrow(InvalidDirectoryError);
    expect(make).toThrow('Directory "/orders/prod" has a slash in its service.');
  });

  it('refuses an env with an empty part', () => {
    expect(() => new Directory({ service: 'orders', env: '/prod' })).toThrow('has an empty part (//)');
  });
});

describe('Directory.from', () => {
  it('makes a Directory of a path', () => {
    expect(Directory.from('/orders/prod').path).toBe('/orders/prod');
  });

  it('gives the Directory that it was given', () => {
    const directory = new Directory({ path: '/orders/prod' });

    expect(Directory.from(directory)).toBe(directory);
  });

  it('refuses an invalid path', () => {
    expect(() => Directory.from('orders')).toThrow(InvalidDirectoryError);
  });
});

describe('Directory.fromComponents', () => {
  it.each([
    ['orders', 'prod', '/orders/prod'],
    ['orders', undefined, '/orders'],
    ['orders', '', '/orders'],
    ['', 'prod', '/global/prod'],
    [undefined, undefined, '/global'],
  ])('makes %p and %p into %s', (service, environment, path) => {
    expect(Directory.fromComponents(service, environment).path).toBe(path);
  });
});

describe('Directory.literal', () => {
  it('keeps braces as text', () => {
    const directory = Directory.literal('/{service}/{anything}');

    expect(directory).toBeInstanceOf(Directory);
    expect(directory.isPathFormat).toBe(false);
    expect(directory.resolve({ service: 'orders', environment: 'prod' })).toBe(directory);
  });

  it('drops a trailing slash and has the parts of any other', () => {
    expect(Directory.literal('/orders/export/prod/')).toMatchObject({
      path: '/orders/export/prod',
      service: 'orders',
      env: 'export/prod',
      isExport: true,
    });
  });

  it.each(['', '/', 'orders', '/orders//prod'])('refuses %p', (path) => {
    expect(() => Directory.literal(path)).toThrow(InvalidDirectoryError);
  });
});

describe('resolve', () => {
  const variables = { service: 'orders', environment: 'prod' };

  it('fills in every placeholder', () => {
    const resolved = new Directory({ path: '/{service}/{environment}/{service}-{environment}' }).resolve(variables);

    expect(resolved.path).toBe('/orders/prod/orders-prod');
    expect(resolved.service).toBe('orders');
    expect(resolved.env).toBe('prod/orders-prod');
    expect(resolved.isPathFormat).toBe(false);
  });

  it('gives this directory when it has no placeholders', () => {
    const directory = new Directory({ path: '/orders/prod' });

    expect(directory.isPathFormat).toBe(false);
    expect(directory.resolve(variables)).toBe(directory);
  });

  it('does not fill in placeholders that a variable brings', () => {
    const resolved = new Directory({ path: '/{service}/x' }).resolve({ service: '{environment}', environment: 'prod' });

    expect(resolved.path).toBe('/{environment}/x');
    expect(resolved.resolve(variables)).toBe(resolved);
  });

  it('treats replacement patterns in a variable as text', () => {
    const resolved = new Directory({ path: '/{service}/x' }).resolve({ service: "$&$1$'", environment: 'prod' });

    expect(resolved.path).toBe("/$&$1$'/x");
  });

  it('refuses a result that is not a path', () => {
    const directory = new Directory({ path: '/{service}/x' });

    expect(() => directory.resolve({ service: '', environment: 'prod' })).toThrow(InvalidDirectoryError);
  });

  it('may be asked again and again', () => {
    const directory = new Directory({ path: '/{service}/{environment}' });

    const paths = [1, 2, 3].map(() => directory.resolve(variables).path);

    expect(directory.isPathFormat).toBe(true);
    expect(paths).toEqual(['/orders/prod', '/orders/prod', '/orders/prod']);
  });
});

describe('a Directory', () => {
  it('equals another of the same path, however made', () => {
    const directory = new Directory({ path: '/orders/export/prod' });

    expect(directory.equals(new Directory({ service: 'orders', env: 'prod', isExport: true }))).toBe(true);
    expect(directory.equals(Directory.literal('/orders/export/prod/'))).toBe(true);
    expect(directory.equals(new Directory({ path: '/Orders/export/prod' }))).toBe(false);
  });

  it('is frozen, however made', () => {
    const made = [
      new Directory({ path: '/orders' }),
      Directory.fromComponents('orders'),
      Directory.literal('/orders'),
      new Directory({ path: '/{service}' }).resolve({ service: 'orders', environment: 'prod' }),
      Directory.nonExistent,
    ];

    expect(made.every((each) => Object.isFrozen(each))).toBe(true);
  });

  it('shows its path', () => {
    const directory = new Directory({ path: '/orders/prod' });

    expect(`${directory.toString()}`).toBe('/orders/prod');
    expect(JSON.stringify({ directory })).toBe('{"directory":"/orders/prod"}');
    expect(inspect(directory)).toBe('Directory(/orders/prod)');
  });

  it('is nonExistent by its path', () => {
    expect(Directory.nonExistent.path).toBe('/_nonExistent');
    expect(Directory.nonExistent.isNonExistent).toBe(true);
    expect(new Directory({ path: '/_nonExistent' }).isNonExistent).toBe(true);
    expect(new Directory({ path: '/orders' }).isNonExistent).toBe(false);
  });

  it('made of its own path is equal to it, for any path', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const directory = new Directory({ path: `/${parts.join('/')}` });

        expect(Directory.from(directory.path).equals(directory)).toBe(true);
        expect([directory.service, ...(directory.env?.split('/') ?? [])]).toEqual(parts);
        expect(directory.isExport).toBe(parts[1] === 'export');
      }),
    );
  });
});
