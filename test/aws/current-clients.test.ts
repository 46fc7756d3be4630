import { AwsClients } from '../../src/aws/aws-clients';
import { clientsOf } from '../../src/aws/current-clients';
import { Context } from '../../src/di/context';
import { state } from '../../src/di/state';

describe('clientsOf', () => {
  it('gives those of the context', () => {
    const mine = new AwsClients();

    expect(clientsOf(Context.createRoot([mine]))).toBe(mine);
  });

  it('gives ones that say what is missing where the class has not been loaded', async () => {
    const loaded = state.clientsClass;
    state.clientsClass = undefined;
    try {
      const clients = clientsOf(Context.createRoot());

      expect(() => clients.ssm()).toThrow(/nothing in this bundle imports it; import \{ AwsClients \} from xcon\/core/);
      await expect(clients.close()).resolves.toBeUndefined();
    } finally {
      state.clientsClass = loaded;
    }
  });
});
