import type middyFactory from '@middy/core';
import type { Context, SQSEvent } from 'aws-lambda';
import { Config, defineSettings, setting, SettingsValidationError } from '../../src/index';
import { withSettings } from '../../src/middy/index';
import { isolated, MapProvider } from '../chain/doubles';

const directory = '/orders/prod';
const settings = () => defineSettings({ host: setting('HOST') });

function inFunction<T>(values: Record<string, string>, fn: () => Promise<T>): Promise<T> {
  const provider = new MapProvider({ held: { [directory]: values } });
  return isolated([], () => new Config({ providers: [provider], directories: [directory], cacher: null }).run(fn));
}

/** What middy does with a middleware; middy itself comes as an ES module only, and is used by a project of its own. */
async function invoke<T>(middleware: ReturnType<typeof withSettings>, handler: (context: Context) => T): Promise<T> {
  const request = { context: { awsRequestId: 'r' } as Context };
  try {
    await middleware.before(request as never);
    const response = handler(request.context);
    await middleware.after();
    return response;
  } catch (error) {
    await middleware.onError();
    throw error;
  }
}

describe('the middleware', () => {
  it('puts the settings into the context, and waits for what is written at the end', () =>
    inFunction({ HOST: 'db' }, async () => {
      const flush = jest.spyOn(Config.prototype, 'flush');

      const context = await invoke(withSettings(settings()) as never, (given) => ({ ...given }));

      expect(context).toEqual({ awsRequestId: 'r', settings: { host: 'db' } });
      expect(flush).toHaveBeenCalledTimes(1);
      flush.mockRestore();
    }));

  it('waits for what is written when the handler fails', () =>
    inFunction({ HOST: 'db' }, async () => {
      const flush = jest.spyOn(Config.prototype, 'flush');
      const failing = (): never => {
        throw new Error('of the handler');
      };

      await expect(invoke(withSettings(settings()) as never, failing)).rejects.toThrow('of the handler');

      expect(flush).toHaveBeenCalledTimes(1);
      flush.mockRestore();
    }));

  it('fails an invocation without settings', () =>
    inFunction({}, async () => {
      await expect(invoke(withSettings(settings()) as never, () => 'never')).rejects.toThrow(SettingsValidationError);
    }));

  it('refuses unknown options', () => {
    expect(() => withSettings(settings(), { refresh: 5 } as never)).toThrow(/withSettings\(\) option refresh/);
  });

  it('is typed for handlers of middy', () => {
    const typed = (middy: typeof middyFactory) =>
      middy<SQSEvent, string>()
        .use(withSettings(settings()))
        .handler((event, context) => {
          const host: string = context.settings.host;
          // @ts-expect-error: there is no such setting
          const port: unknown = context.settings.port;
          return Promise.resolve(`${host} ${String(port)} ${event.Records.length} ${context.awsRequestId}`);
        });

    expect(typed).toBeInstanceOf(Function);
  });
});
