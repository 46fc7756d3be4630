// A function of AWS Lambda as its authors write it.
import { inspect } from 'node:util';
import * as xcon from 'xcon';
import { config, defineSettings, secret, setting } from 'xcon';

const declared = defineSettings({ host: setting('DB_HOST'), password: secret('DB_PASSWORD') });

export async function handler() {
  const { host, password } = await declared.load();
  const classes = [xcon.AwsClients, xcon.Clock, xcon.DynamoCacher, xcon.EnvProvider, xcon.LocalCache, xcon.Logger];
  const things = [
    config,
    password,
    declared,
    await config.getItem('DB_HOST'),
    await config.load(['DB_HOST']),
    (await config.explain('DB_HOST')).places,
    (await config.health()).ok,
    xcon.Context.current(),
    ...[...classes, xcon.Random, xcon.SecretsProvider, xcon.SsmProvider, xcon.XconSettings].map((each) => each.grab()),
    await config.watch({ everySeconds: 60 }),
  ];
  const errors = await Promise.all([
    config.require('NOWHERE').catch((error) => error),
    config.getNumber('DB_HOST').catch((error) => error),
    // Something that is not an option.
    new Promise((resolve) => resolve(new xcon.SsmProvider({ regoin: 'eu-west-1' }))).catch((error) => error),
  ]);
  const container = xcon.Context.current().container.resolve(xcon.Config) === xcon.Config.grab();
  await config.close();
  return {
    host,
    password: password.reveal(),
    container,
    things: things.map((each) => [inspect(each), JSON.stringify(each), String(each)]),
    errors: errors.map((error) => [error.name, error.code, error.message, inspect(error).split('\n')[0]]),
  };
}
