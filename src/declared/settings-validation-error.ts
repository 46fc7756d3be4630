import { ConfigError, nameErrors } from '../errors';
import { type SettingsProblem } from './problems';

/**
 * Declared settings that cannot be used: every one of them, in one error.
 *
 * The message has a line for each, and below it the command that would help; `problems` has the same for machines.
 */
export class SettingsValidationError extends ConfigError {
  override readonly name = 'SettingsValidationError';
  readonly code = 'SETTINGS_INVALID';
  /** What is wrong, in the order of the declaration. Not listed with the fields of the error: the message says it all. */
  declare readonly problems: readonly SettingsProblem[];

  /**
   * @param problems - What is wrong.
   * @param count - How many settings are declared.
   */
  constructor(problems: readonly SettingsProblem[], count: number) {
    const cause = problems.find((each) => each.cause !== undefined)?.cause;
    super(describe(problems, count), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, 'problems', { value: Object.freeze([...problems]), enumerable: false });
  }

  /** Gives the problems, without the errors of sources. */
  override toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, problems } = this;
    return { name, code, message, problems: problems.map((each) => ({ ...each, cause: undefined })) };
  }
}

nameErrors({ SettingsValidationError });

function describe(problems: readonly SettingsProblem[], count: number): readonly string[] {
  const lines = problems.flatMap(({ key, name, message, fix }) => [
    `  ${key} (${name}): ${message}`,
    ...(fix === undefined ? [] : [`    ${fix}`]),
  ]);
  const remedies = new Set(problems.flatMap(({ places = [] }) => places.flatMap(({ remedy }) => remedy ?? [])));
  const refused = remedies.size === 0 ? [] : ['', '  May be in a place that cannot be read. To read it:'];
  return [
    `${problems.length} of ${count} declared settings cannot be used.`,
    '',
    ...lines,
    ...refused,
    ...[...remedies].map((remedy) => `    ${remedy}`),
    '',
  ];
}
