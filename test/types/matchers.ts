/**
 * The matcher of the test runners, for Jest's own types. Compiled beside `service.ts`; nothing runs it.
 */
import 'xcon/jest';

test('resolves', async () => {
  await expect('DB_HOST').toResolveFrom('ssm', '/orders/prod');
  await expect('DB_HOST').not.toResolveFrom('secrets');
  // @ts-expect-error the provider is a name
  await expect('DB_HOST').toResolveFrom(5);
});
