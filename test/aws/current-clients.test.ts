import type * as CurrentClients from '../../src/aws/current-clients';
import { AwsClients } from '../../src/aws/aws-clients';
import { clientsOf } from '../../src/aws/current-clients';
import { Context } from '../../src/di/context';

describe('clientsOf', () => {
  it('gives those of the context', () => {
    const mine = new AwsClients();

    expect(clientsOf(Context.createRoot([mine]))).toBe(mine);
  });

  it('gives ones that say what is missing where the class has not been loaded', async () => {
    let alone: typeof CurrentClients | undefined;
    await jest.isolateModulesAsync(async () => {
      alone = await import('../../src/aws/current-clients');
    });

    const clients = alone?.clientsOf(Context.createRoot());

    expect(() => clients?.ssm()).toThrow(/nothing in this bundle imports it; import \{ AwsClients \} from xcon\/core/);
    await expect(clients?.close()).resolves.toBeUndefined();
  });
});
