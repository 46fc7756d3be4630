/**
 * Uses of the public API that must not compile, by any supported version of TypeScript: each error is expected, and one that does
 * not come is an error itself. Compiled beside `service.ts`; nothing runs it.
 */
import {
  Config,
  config,
  defineSettings,
  type Secret,
  secret,
  setting,
  SsmProvider,
  withDependencies,
  xconSettings,
} from 'xcon';
import { Diagnostics, type EntryContext, type EntryKind, type Observed, type Written } from 'xcon/entries';
import { createChangeHandler } from 'xcon/events';
import { fakeProvider, startLocalAws } from 'xcon/testing';
import { z } from 'zod';

declare const perhaps: string | undefined;

const declared = defineSettings({ db: { host: setting('DB_HOST'), login: secret(z.object({ user: z.string() })) } });

export async function lookups(): Promise<void> {
  // @ts-expect-error there may be no value
  const untyped: string = await config.get('X');
  // @ts-expect-error there may be no text
  const maybe: string = await config.getString('X');
  // @ts-expect-error the fallback may be undefined
  const fallback: string = await config.getString('X', perhaps);
  // @ts-expect-error a type argument does not make a value present
  const claimed = await config.getString<string>('X');
  // @ts-expect-error the fallback of a number is a number
  const size = await config.getNumber('X', '5');
  // @ts-expect-error there is no such option
  const option = await config.get('X', undefined, { ignoreLocalCaches: true });
  // @ts-expect-error a Date is no value
  const date = await config.get('X', new Date());
  // @ts-expect-error names come in a list
  const one = await config.load('X');
  const now = await config.load(['DB_HOST']);
  // @ts-expect-error it was not loaded
  const other = now.get('POOL_SIZE');
  void [untyped, maybe, fallback, claimed, size, option, date, one, other];
}

export async function declarations(): Promise<void> {
  const settings = await declared.load();
  // @ts-expect-error there is no such key in the group
  void settings.db.port;
  // @ts-expect-error a secret is not its value
  void settings.db.login.user;
  // @ts-expect-error settings are not assigned
  settings.db.host = 'localhost';
  // @ts-expect-error it is no secret
  const host = await declared.withSecret('db.host', () => 1);
  // @ts-expect-error a group is no secret
  const group = await declared.withSecret('db', () => 1);
  // @ts-expect-error the secret has no such field
  const field = await declared.withSecret('db.login', ({ name }) => name as string);
  // @ts-expect-error there is no such key
  const change = declared.onChange('db.port', () => undefined);
  // @ts-expect-error a default without a schema is a text
  const number = setting({ default: 5 });
  // @ts-expect-error there is no such option
  const typo = setting('X', { optionl: true });
  // @ts-expect-error a name is declared by setting(...)
  const name = defineSettings({ x: 'X' });
  void [host, group, field, change, number, typo, name];
}

export function wiring(): readonly unknown[] {
  // @ts-expect-error there is no such setting
  xconSettings.timeout = 5;
  return [
    // @ts-expect-error there is no such option
    new Config({ region: 'eu-west-1' }),
    // @ts-expect-error providers are classes or instances, not names
    new Config({ providers: ['ssm'] }),
    // @ts-expect-error a provider is no cacher
    new Config({ cacher: SsmProvider }),
    // @ts-expect-error instances, not classes
    withDependencies([SsmProvider], () => 1),
    // @ts-expect-error there is no such option
    createChangeHandler({ table: 'x' }),
    // @ts-expect-error a seed of parameters is an object
    startLocalAws({ seed: { ssm: [] as const } }),
    // @ts-expect-error paths have values
    fakeProvider({ '/orders/prod/DB_HOST': () => 1 }),
  ];
}

/** A kind of entries whose value is a secret: its type keeps the text out of all that is shown or kept. */
type TokenState = { readonly value: Secret<string>; readonly description: string };
type TokenKind = EntryKind<Secret<string>, TokenState>;

export function entries(token: Secret<string>, context: EntryContext): readonly unknown[] {
  const observed: Observed<TokenState> = {
    ...{ version: '1', owner: undefined, unread: [] },
    // @ts-expect-error a sensitive field that was read is a Secret
    state: { value: token.reveal() },
  };
  const plan: TokenKind['plan'] = ({ config: given }) => ({
    // @ts-expect-error a sensitive field that is wanted is a Secret
    desired: { value: given.reveal() },
  });
  // @ts-expect-error a field that is shown takes no Secret
  const shown: Partial<TokenState> = { description: token };
  const noted: TokenKind['plan'] = () => ({
    desired: {},
    // @ts-expect-error a note is shown
    notes: { value: token },
  });
  // @ts-expect-error a version is kept as it is
  const written: Written<undefined> = { version: token };
  // @ts-expect-error a message is shown
  new Diagnostics().addError(token);
  // @ts-expect-error an action is named in messages
  const called = context.call({ action: 'tokens:Put', resource: token }, () => Promise.resolve());
  return [observed, plan, shown, noted, written, called];
}
