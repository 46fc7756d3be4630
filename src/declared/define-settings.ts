import { declarationsOf } from './declare';
import { DeclaredSettings } from './declared-settings';
import { type SettingsShape } from './settings-shape';

/**
 * Declares the settings of a service.
 *
 * @param shape - Settings and secrets by key; objects inside group them.
 * @throws InvalidSettingsError, InvalidDirectoryError for what cannot be declared.
 */
export function defineSettings<Shape extends SettingsShape>(shape: Shape): DeclaredSettings {
  return new DeclaredSettings(declarationsOf(shape));
}
