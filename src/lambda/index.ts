import { type DeclaredSettings, type SettingsOf, type SettingsShape } from '../core';
import { type InvocationOptions, InvocationSettings } from './invocation-settings';

export { type InvocationOptions } from './invocation-settings';

/** A handler that gets its settings as the third argument. */
export type SettingsHandler<Event, Context, Settings, Result> = (
  event: Event,
  context: Context,
  settings: Settings,
) => Promise<Result> | Result;

/**
 * Makes a handler of AWS Lambda from a function that needs settings.
 *
 * They are loaded in the init phase and reloaded at the start of an invocation when they are old, not by a timer: nothing runs while the
 * process is frozen. Writes to the cache table are awaited before an invocation ends.
 *
 * @param declared - Settings to load.
 * @param handler - Called with event, context and settings. Its errors are those of the invocation.
 * @param options - When settings are read again, and how long an invocation waits for that.
 * @returns The handler for Lambda, which middleware accepts as well. An invocation without settings fails with a SettingsValidationError.
 * @throws InvalidSettingsError for an unknown option.
 *
 * @example
 * export const handler = withSettings(settings, async (event: SQSEvent, context, { db }) => store(event, db.host));
 */
export function withSettings<Shape extends SettingsShape, Event = unknown, Context = unknown, Result = unknown>(
  declared: DeclaredSettings<Shape>,
  handler: SettingsHandler<Event, Context, SettingsOf<Shape>, Result>,
  options?: InvocationOptions,
): (event: Event, context: Context) => Promise<Result> {
  const invocations = new InvocationSettings('withSettings()', declared, options);
  return async (event, context) => {
    const settings = await invocations.begin();
    try {
      return await handler(event, context, settings);
    } finally {
      await invocations.end();
    }
  };
}
