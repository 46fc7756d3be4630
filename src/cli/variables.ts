import { type VariableFormat } from './arguments';

/** Writes variables so that a shell can read them (`env`), or any other program (`json`). */
export function formatVariables(variables: Readonly<Record<string, string>>, format: VariableFormat): string {
  if (format === 'json') return `${JSON.stringify(variables, undefined, 2)}\n`;
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('');
}
