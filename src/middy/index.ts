import type { Context } from 'aws-lambda';
import { type DeclaredSettings, type SettingsOf, type SettingsShape } from '../core';
import { type InvocationOptions, InvocationSettings } from '../lambda/invocation-settings';

export { type InvocationOptions } from '../lambda/invocation-settings';

/** The context of an invocation, with the declared settings: typed and frozen. */
export type SettingsContext<Settings> = Context & { readonly settings: Settings };

/** A middleware of middy that gives a handler its settings. */
export interface SettingsMiddleware<Settings> {
  /** Loads the settings, and puts them into the context. */
  before(request: { readonly context: SettingsContext<Settings> }): Promise<void>;
  /** Awaits writes to the cache table. */
  after(): Promise<void>;
  /** Awaits writes to the cache table after an error. */
  onError(): Promise<void>;
}

/**
 * Makes a middleware that puts declared settings into the context: `context.settings`.
 *
 * They are loaded in the init phase and reloaded at the start of an invocation when they are old, as by `withSettings` of `xcon/lambda`.
 * Writes to the cache table are awaited before the invocation ends.
 *
 * @param declared - Settings to load. An invocation without them fails with a SettingsValidationError.
 * @param options - When settings are read again, and how long an invocation waits for that.
 * @throws InvalidSettingsError for an unknown option.
 *
 * @example
 * export const handler = middy().use(withSettings(settings)).handler(async (event, { settings }) => settings.db.host);
 */
export function withSettings<Shape extends SettingsShape>(
  declared: DeclaredSettings<Shape>,
  options?: InvocationOptions,
): SettingsMiddleware<SettingsOf<Shape>> {
  const invocations = new InvocationSettings('withSettings()', declared, options);
  return {
    before: async ({ context }) => void Object.assign(context, { settings: await invocations.begin() }),
    after: () => invocations.end(),
    onError: () => invocations.end(),
  };
}
