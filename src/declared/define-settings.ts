import { DeclaredSettings } from './declared-settings';
import { type DefineSettingsOptions } from './session';
import { type SettingsShape } from './settings-shape';

/**
 * Declares the settings of a service.
 *
 * @param shape - Settings and secrets by key; objects inside group them.
 * @param options - How they are kept up to date.
 * @throws InvalidSettingsError, InvalidDirectoryError for what cannot be declared.
 */
export function defineSettings<const Shape extends SettingsShape>(
  shape: Shape,
  options?: DefineSettingsOptions,
): DeclaredSettings<Shape> {
  return new DeclaredSettings(shape, options);
}
