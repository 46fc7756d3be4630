/**
 * What the compiler makes of declared settings. `tsc --noEmit` checks this file; nothing runs it.
 */
import { type } from 'arktype';
import * as v from 'valibot';
import {
  defineSettings,
  Secret,
  secret,
  setting,
  type SettingsChange,
  type SettingsOf,
  type SettingsValidationError,
  type StandardSchema,
} from 'xcon';
import { z } from 'zod';

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<Expected>() {
  return <Actual>(_value: Actual, _same: Same<Expected, Actual>): void => undefined;
}

declare const error: SettingsValidationError;
declare const sometimes: boolean;

const shape = {
  none: setting(),
  named: setting('NAMED'),
  described: setting('NAMED', { description: 'text' }),
  byDefault: setting({ default: 'text' }),
  optional: setting('NAMED', { optional: true }),
  notOptional: setting({ optional: false }),
  perhapsOptional: setting({ optional: sometimes }),

  zod: setting('NAMED', z.coerce.number().int().positive().default(10)),
  zodOptional: setting(z.number(), { optional: true }),
  zodDefault: setting(z.number(), { default: 5 }),
  valibot: setting(v.pipe(v.string(), v.transform(Number))),
  arktype: setting(type('string.integer.parse')),
  flags: setting('FLAGS', z.record(z.string(), z.boolean())),

  secret: secret(),
  secretOptional: secret('NAMED', { optional: true }),
  secretField: secret('NAMED', { id: 'rds!db-1234', json: 'password' }),
  secretData: secret(z.object({ user: z.string() }), { default: { user: 'root' } }),

  bare: z.array(z.string()),
  db: { host: setting(), login: { password: secret(), port: setting(type('number')) } },
};
const declared = defineSettings(shape);

export async function loaded(): Promise<void> {
  const settings = await declared.load();

  is<string>()(settings.none, true);
  is<string>()(settings.named, true);
  is<string>()(settings.described, true);
  is<string>()(settings.byDefault, true);
  is<string | undefined>()(settings.optional, true);
  is<string>()(settings.notOptional, true);
  is<string | undefined>()(settings.perhapsOptional, true);

  is<number>()(settings.zod, true);
  is<number | undefined>()(settings.zodOptional, true);
  is<number>()(settings.zodDefault, true);
  is<number>()(settings.valibot, true);
  is<number>()(settings.arktype, true);
  is<Readonly<Record<string, boolean>>>()(settings.flags, true);

  is<readonly string[]>()(settings.bare, true);

  is<Secret<string>>()(settings.secret, true);
  is<Secret<string> | undefined>()(settings.secretOptional, true);
  is<Secret<string>>()(settings.secretField, true);
  is<Secret<{ readonly user: string }>>()(settings.secretData, true);
  is<{ readonly user: string }>()(settings.secretData.reveal(), true);

  is<string>()(settings.db.host, true);
  is<Secret<string>>()(settings.db.login.password, true);
  is<number>()(settings.db.login.port, true);
  is<SettingsOf<typeof shape>>()(settings, true);

  // @ts-expect-error there is no such key
  void settings.dbHost;
  // @ts-expect-error there is no such key in the group
  void settings.db.port;
  // @ts-expect-error loaded values are frozen
  const list: string[] = settings.bare;
  // @ts-expect-error a secret is no text
  const text: string = settings.secret;
  // @ts-expect-error what may be missing is no text
  const present: string = settings.optional;
  // @ts-expect-error settings are not assigned
  settings.none = 'text';
  // @ts-expect-error nor are those in groups
  settings.db.host = 'text';
  void [text, present, list];
}

export async function uses(): Promise<void> {
  is<Promise<number>>()(
    declared.withSecret('secret', (value: string) => value.length),
    true,
  );
  is<Promise<string>>()(
    declared.withSecret('secretData', async ({ user }, { previous }) => (await previous())?.user ?? user),
    true,
  );
  await declared.withSecret('db.login.password', (value) => is<string>()(value, true));
  await declared.withSecret('secretOptional', (value) => is<string | undefined>()(value, true));
  await declared.withSecret('secret', (_, { current, previous }) => {
    is<string>()(current, true);
    is<() => Promise<string | undefined>>()(previous, true);
  });

  // @ts-expect-error it is no secret
  await declared.withSecret('none', () => 1);
  // @ts-expect-error the name is not the key
  await declared.withSecret('NAMED', () => 1);
  // @ts-expect-error a group is no secret
  await declared.withSecret('db.login', () => 1);
  // @ts-expect-error the secret is a text
  await declared.withSecret('secret', (value: number) => value);
  // @ts-expect-error it tells whether to read again
  await declared.withSecret('secret', () => 1, { retryOn: 401 });
}

export function changes(): void {
  declared.onChange('none', (settings) => is<string>()(settings.none, true));
  declared
    .onChange(['none', 'db', 'db.login', 'db.login.port'], (settings, change) => {
      is<number>()(settings.db.login.port, true);
      is<SettingsChange<SettingsOf<typeof shape>>>()(change, true);
      is<number>()(change.previous.zod, true);
    })
    .close();
  declared.onChange('secret', () => Promise.resolve())[Symbol.dispose]();

  // @ts-expect-error there is no such key
  declared.onChange('dbHost', () => undefined);
  // @ts-expect-error nor in the group
  declared.onChange(['none', 'db.port'], () => undefined);
}

export function declarations(): void {
  defineSettings({ x: setting() }, { refreshEverySeconds: 60, pastCache: true, onError: () => undefined });

  // @ts-expect-error a default is of the type that the schema gives
  setting(z.coerce.number(), { default: '5' });
  // @ts-expect-error a default without a schema is a text
  setting({ default: 5 });
  // @ts-expect-error there is no such option
  setting('X', { optionl: true });
  // @ts-expect-error there is no such option beside a schema
  setting('X', z.string(), { source: ['ssm'] });
  // @ts-expect-error sources come in a list
  setting('X', { sources: 'ssm' });
  setting('X', { id: '/shared/x' });
  // @ts-expect-error only a secret has a field
  setting('X', z.string(), { json: 'password' });
  // @ts-expect-error a default of a secret is what it holds
  secret({ default: new Secret('x') });
  // @ts-expect-error a name is a text
  setting(5);
  // @ts-expect-error the schema stands behind the name
  setting(z.string(), 'X');
  // @ts-expect-error a name is declared by setting(...)
  defineSettings({ x: 'X' });
  // @ts-expect-error seconds are a number
  defineSettings({ x: setting() }, { refreshEverySeconds: '60' });
}

export function errors(): void {
  const code: 'SETTINGS_INVALID' = error.code;
  const [problem] = error.problems;
  is<'missing' | 'invalid' | 'misplaced' | 'failed' | undefined>()(problem?.reason, true);
  // @ts-expect-error a problem does not have the value
  void problem?.value;
  void code;
}

/** What schema libraries give keeps to the standard as it is written here. */
export const schemas: readonly StandardSchema[] = [z.string(), v.string(), type('string')];
