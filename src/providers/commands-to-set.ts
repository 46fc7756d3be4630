import { newRow } from '../aws/table-names';
import { type SuggestedEntry } from './access';

/** Marks where the value goes in a command. */
const placeholder = 'VALUE';
/** Beginning of the names of secrets that other services create and manage. */
const managed = /^(arn:|[a-z-]+!)/;

/** Gives the command that sets a parameter. */
export function parameterCommand(entry: SuggestedEntry): string {
  const { directory, id = `${directory}/${entry.name}`, secret } = entry;
  const type = secret ? 'SecureString' : 'String';
  return `aws ssm put-parameter --name ${quoted(id)} --type ${type} --value ${placeholderOf(entry)}`;
}

/** Gives the command that creates a secret; for one that another service manages, the command that describes it. */
export function secretCommand(entry: SuggestedEntry): string {
  const { directory, id = `${directory}/${entry.name}` } = entry;
  if (managed.test(id)) return `aws secretsmanager describe-secret --secret-id ${quoted(id)}`;
  return `aws secretsmanager create-secret --name ${quoted(id)} --secret-string ${placeholderOf(entry)}`;
}

/**
 * Gives the command that puts a row into the configuration table.
 *
 * @returns `undefined` for a secret: rows are not encrypted one by one, and who reads one reads its whole directory.
 */
export function rowCommand({ directory, name, secret, settings }: SuggestedEntry): string | undefined {
  if (secret) return undefined;
  const row = { ...newRow(directory, name), value: { S: placeholder } };
  return `aws dynamodb put-item --table-name ${quoted(settings.configTable)} --item ${quoted(JSON.stringify(row))}`;
}

/** Gives the placeholder of a value, or JSON with the field that has it. */
function placeholderOf({ jsonField }: SuggestedEntry): string {
  return jsonField === undefined ? placeholder : quoted(JSON.stringify({ [jsonField]: placeholder }));
}

/** Quotes a text that has characters with a meaning for a shell. */
function quoted(text: string): string {
  return /^[\w/.@+=:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
