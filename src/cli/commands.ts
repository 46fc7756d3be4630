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
  {
    name: 'validate',
    group: 'Entries',
    summary: 'checks the file of entries',
    load: () => import('./commands/validate'),
  },
  { name: 'plan', group: 'Entries', summary: 'shows what an apply would do', load: () => import('./commands/plan') },
  {
    name: 'apply',
    group: 'Entries',
    summary: 'makes everything as the file of entries says',
    load: () => import('./commands/apply'),
  },
  {
    name: 'destroy',
    group: 'Entries',
    summary: 'deletes what a stack owns',
    load: () => import('./commands/destroy'),
  },
  {
    name: 'drift',
    group: 'Entries',
    summary: 'finds what was changed outside since the last apply',
    load: () => import('./commands/drift'),
  },
  {
    name: 'adopt',
    group: 'Entries',
    summary: 'takes existing entries under management',
    load: () => import('./commands/adopt'),
  },
  {
    name: 'state list',
    group: 'Entries',
    summary: 'lists the entries that are recorded',
    load: () => import('./commands/state-list'),
  },
  {
    name: 'state show',
    group: 'Entries',
    summary: 'shows what is recorded of an entry',
    load: () => import('./commands/state-show'),
  },
  {
    name: 'state forget',
    group: 'Entries',
    summary: 'removes records and leaves the entries as they are',
    load: () => import('./commands/state-forget'),
  },
  {
    name: 'unlock',
    group: 'Entries',
    summary: 'gives up the lock of a run that is gone',
    load: () => import('./commands/unlock'),
  },
];

/** What groups of commands are for, by the first word of their names. */
export const commandGroups: Readonly<Record<string, string>> = {
  cache: 'looks into the shared cache table, clears it, makes it',
  state: 'shows and changes what is recorded of entries',
};
