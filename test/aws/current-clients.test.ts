import { AwsClients } from '../../src/aws/aws-clients';
import { clientsOf } from '../../src/aws/current-clients';
import { Context } from '../../src/di/context';
import { state } from '../../src/di/state';

describe('clientsOf', () => {
  it('gives the clients of the context', () => {
    const mine = new AwsClients();

    expect(clientsOf(Context.createRoot([mine]))).toBe(mine);
  });

  it('gives clients whose error names the missing class where it is not loaded', async () => {
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
