import { type CommandEntry } from './command';

/** Every command, in the order of the help: one line each. */
export const commands: readonly CommandEntry[] = [
  { name: 'get', group: 'Reading', summary: 'prints the value of a setting', load: () => import('./commands/get') },
  {
    name: 'cache status',
    group: 'Operating',
    summary: 'sums up what the shared cache table holds',
    load: () => import('./commands/cache-status'),
  },
  {
    name: 'cache list',
    group: 'Operating',
    summary: 'lists the rows of the shared cache table',
    load: () => import('./commands/cache-list'),
  },
  {
    name: 'cache clear',
    group: 'Operating',
    summary: 'deletes rows of the shared cache table',
    load: () => import('./commands/cache-clear'),
  },
  {
    name: 'cache create-table',
    group: 'Operating',
    summary: 'makes the shared cache table',
    load: () => import('./commands/cache-create-table'),
  },
  {
    name: 'doctor',
    group: 'Operating',
    summary: 'looks for what keeps settings from being found',
    load: () => import('./commands/doctor'),
  },
  { name: 'local', group: 'Operating', summary: 'runs a local AWS', load: () => import('./commands/local') },
  {
    name: 'completion',
    group: 'Operating',
    summary: 'prints the script that completes the command in a shell',
    load: () => import('./commands/completion'),
  },
];

/** What groups of commands are for, by the first word of their names. */
export const commandGroups: Readonly<Record<string, string>> = {
  cache: 'looks into the shared cache table, clears it, makes it',
};
