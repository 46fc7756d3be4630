import { defaultDirectories } from '../../src/directory/default-directories';

test('a service looks in its own directories first, and in those of its environment', () => {
  const chain = defaultDirectories.map((each) => each.resolve({ service: 'orders', environment: 'prod' }).path);

  expect(chain).toEqual(['/orders/prod', '/orders/all', '/global/prod', '/global/all']);
});
