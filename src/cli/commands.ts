import { type CommandEntry } from './command';

/** Every command, in the order of the help: one line each. */
export const commands: readonly CommandEntry[] = [
  { name: 'get', group: 'Reading', summary: 'prints the value of a setting', load: () => import('./commands/get') },
];

/** What groups of commands are for, by the first word of their names. */
export const commandGroups: Readonly<Record<string, string>> = {};
